//! Roles, what each may do, and the table that is shown in the console and printed (KS19). The only place that says so.
use crate::db::text_enum;

text_enum! {
    /// What a person is for the bureau. A person may have several.
    pub enum Role {
        Viewer = "viewer",
        Clerk = "clerk",
        Approver = "approver",
        Administrator = "administrator",
        Auditor = "auditor",
        Trainer = "trainer",
        Operator = "operator",
        Supervisor = "supervisor",
        Worker = "worker",
    }
}

impl Role {
    pub fn label(self) -> &'static str {
        match self {
            Role::Viewer => "閲覧",
            Role::Clerk => "受付担当",
            Role::Approver => "承認者",
            Role::Administrator => "管理者",
            Role::Auditor => "監査",
            Role::Trainer => "研修担当",
            Role::Operator => "運用担当",
            Role::Supervisor => "業務責任者",
            Role::Worker => "作業者",
        }
    }
}

text_enum! {
    /// One thing that a route needs.
    pub enum Permission {
        ReadApplications = "read_applications",
        RevealPersonal = "reveal_personal",
        HandleApplications = "handle_applications",
        ApproveCorrections = "approve_corrections",
        SettleDifferences = "settle_differences",
        ReadDeliveries = "read_deliveries",
        DownloadDeliveries = "download_deliveries",
        ApproveExports = "approve_exports",
        EditLayouts = "edit_layouts",
        ApproveLayouts = "approve_layouts",
        ReadInstitutions = "read_institutions",
        ManageInstitutions = "manage_institutions",
        ReadTexts = "read_texts",
        EditTexts = "edit_texts",
        ApproveTexts = "approve_texts",
        ReadInquiries = "read_inquiries",
        HandleInquiries = "handle_inquiries",
        ManageSupport = "manage_support",
        ManageStaff = "manage_staff",
        ReadScopes = "read_scopes",
        ReadAudit = "read_audit",
        ReadAlarms = "read_alarms",
        Operate = "operate",
        ReadIncidents = "read_incidents",
        HandleIncidents = "handle_incidents",
        SwitchService = "switch_service",
        ManageContacts = "manage_contacts",
        ReportAccidents = "report_accidents",
        PlanOutages = "plan_outages",
        ApproveOutages = "approve_outages",
        ReadPapers = "read_papers",
        MakePapers = "make_papers",
        Train = "train",
    }
}

/// Permission, its name on screens, who has it.
pub const TABLE: &[(Permission, &str, &[Role])] = &[
    (
        Permission::ReadApplications,
        "申込みの一覧と詳細を見る（氏名・口座などは伏せて表示）",
        &[Role::Viewer, Role::Clerk, Role::Approver, Role::Auditor],
    ),
    (
        Permission::RevealPersonal,
        "伏せた項目を、理由を記録して表示する",
        &[Role::Clerk, Role::Approver],
    ),
    (
        Permission::HandleApplications,
        "申込みにメモを残す・読む、要対応を確認済みにする、取下げを記録する、訂正を提案する、新しい手続きの案内を印刷する、メールを送り直す、電話で案内する",
        &[Role::Clerk, Role::Approver],
    ),
    (
        Permission::ApproveCorrections,
        "ほかの人が提案した訂正を承認・却下する",
        &[Role::Approver],
    ),
    (
        Permission::SettleDifferences,
        "照合のくいちがいを処理済みにする",
        &[Role::Clerk, Role::Approver],
    ),
    (
        Permission::ReadDeliveries,
        "還元データの一覧とレイアウトを見る",
        &[
            Role::Viewer,
            Role::Clerk,
            Role::Approver,
            Role::Administrator,
            Role::Auditor,
            Role::Operator,
        ],
    ),
    (
        Permission::DownloadDeliveries,
        "還元データをダウンロード・再作成する、申込みの一覧を出力する",
        &[Role::Clerk, Role::Approver],
    ),
    (
        Permission::ApproveExports,
        "ほかの人が頼んだ、多くの申込みの一覧の出力を承認・却下する",
        &[Role::Approver],
    ),
    (
        Permission::EditLayouts,
        "還元データのレイアウトの案を作る",
        &[Role::Clerk, Role::Administrator],
    ),
    (
        Permission::ApproveLayouts,
        "ほかの人が作ったレイアウトの案を承認・却下する",
        &[Role::Approver],
    ),
    (
        Permission::ReadInstitutions,
        "金融機関・支店・休止の予定・休日を見る",
        &[
            Role::Viewer,
            Role::Clerk,
            Role::Approver,
            Role::Administrator,
            Role::Auditor,
            Role::Operator,
        ],
    ),
    (
        Permission::ManageInstitutions,
        "金融機関の名前と取扱いの終了、支店、休止の予定、休日を変える",
        &[Role::Administrator],
    ),
    (
        Permission::ReadTexts,
        "規約・案内・メールの文面を見る",
        &[Role::Clerk, Role::Approver, Role::Administrator, Role::Auditor],
    ),
    (
        Permission::EditTexts,
        "文面の案を作る、試しに送る、広報物を印刷する",
        &[Role::Clerk, Role::Administrator],
    ),
    (
        Permission::ApproveTexts,
        "ほかの人が作った文面の案を承認・却下する",
        &[Role::Approver],
    ),
    (
        Permission::ReadInquiries,
        "問合せの一覧と動きを見る（運用担当・管理者は、職員からの問合せだけ）",
        &[
            Role::Clerk,
            Role::Approver,
            Role::Administrator,
            Role::Auditor,
            Role::Operator,
        ],
    ),
    (
        Permission::HandleInquiries,
        "問合せを記録する、回答する、担当を決める、引き継ぐ、完了にする",
        &[Role::Clerk, Role::Approver, Role::Administrator, Role::Operator],
    ),
    (
        Permission::ManageSupport,
        "問合せの受付時間・回答の期限・回答のひな形を変える、改善の要望への対応を決める",
        &[Role::Approver, Role::Administrator],
    ),
    (
        Permission::ManageStaff,
        "職員を登録する、役割を変える、招待・停止する、研修を記録する",
        &[Role::Administrator],
    ),
    (
        Permission::ReadScopes,
        "全員の役割の期間と研修の記録を見る、印刷する",
        &[Role::Administrator, Role::Auditor],
    ),
    (Permission::ReadAudit, "操作記録を検索・出力する", &[Role::Auditor]),
    (
        Permission::ReadAlarms,
        "警報を見る",
        &[
            Role::Clerk,
            Role::Approver,
            Role::Administrator,
            Role::Auditor,
            Role::Operator,
        ],
    ),
    (
        Permission::Operate,
        "警報を確認済みにする",
        &[Role::Operator, Role::Administrator],
    ),
    (
        Permission::ReadIncidents,
        "障害の記録・停止予定・連絡体制・手順書・稼働状況を見る",
        &[
            Role::Clerk,
            Role::Approver,
            Role::Administrator,
            Role::Auditor,
            Role::Operator,
        ],
    ),
    (
        Permission::HandleIncidents,
        "障害を登録する、経過と連絡を記録する、目視点検を記録する",
        &[Role::Clerk, Role::Approver, Role::Administrator, Role::Operator],
    ),
    (
        Permission::SwitchService,
        "障害のとき、サービスや金融機関を止める、縮退する、お知らせを出す",
        &[Role::Administrator, Role::Operator],
    ),
    (
        Permission::ManageContacts,
        "連絡体制を変える",
        &[Role::Administrator, Role::Operator],
    ),
    (
        Permission::ReportAccidents,
        "個人情報の事故の報告書を作る（影響を受けた申込みの一覧を含む）",
        &[Role::Approver, Role::Auditor],
    ),
    (
        Permission::PlanOutages,
        "停止を提案する、始まり・延長・終わりを記録する、取り下げる",
        &[Role::Administrator, Role::Operator],
    ),
    (
        Permission::ApproveOutages,
        "ほかの人が提案した停止を承認・却下する",
        &[Role::Approver, Role::Administrator],
    ),
    (
        Permission::ReadPapers,
        "進捗報告書・課題管理表・変更管理記録・議事録を見る",
        &[Role::Approver, Role::Administrator, Role::Auditor, Role::Operator],
    ),
    (
        Permission::MakePapers,
        "進捗報告書・課題管理表・変更管理記録・議事録を作る、確定する",
        &[Role::Approver, Role::Administrator, Role::Operator],
    ),
    (
        Permission::Train,
        "研修の教室を作る、進める、終える、修了証と受入テストの報告書を印刷する",
        &[Role::Trainer, Role::Administrator],
    ),
];

/// The roles that may do something: the columns of the table, wherever it stands.
pub fn columns() -> Vec<Role> {
    let may_something = |role: &Role| TABLE.iter().any(|(_, _, holders)| holders.contains(role));
    Role::ALL.iter().copied().filter(may_something).collect()
}

/// Which roles the table has no column for, and when they will have one.
pub fn without_column() -> Option<String> {
    let columns = columns();
    let others = Role::ALL.iter().filter(|role| !columns.contains(role));
    let labels: Vec<&str> = others.map(|role| role.label()).collect();
    (!labels.is_empty()).then(|| {
        let labels = labels.join("と");
        format!("{labels}は、まだこの表にありません。開栓・閉栓の画面ができたときに使います。")
    })
}

/// Whether one of the roles has the permission.
pub fn allows(roles: &[Role], permission: Permission) -> bool {
    let holders = TABLE.iter().find(|(p, _, _)| *p == permission).map(|(_, _, r)| *r);
    holders.is_some_and(|holders| roles.iter().any(|role| holders.contains(role)))
}

/// The same table in Markdown, for `docs/OPERATIONS.md`: a row for each permission, a column for each role and its word.
pub fn table_in_markdown() -> String {
    let columns = columns();
    let roles = columns.iter().map(|r| format!(" {} `{}` |", r.label(), r.as_str()));
    let heading: String = roles.collect();
    let rule = " --- |".repeat(columns.len());
    let row = |(_, what, holders): &(Permission, &str, &[Role])| {
        let marks = columns.iter().map(|r| if holders.contains(r) { " 可 |" } else { " |" });
        format!("| {what} |{}\n", marks.collect::<String>())
    };
    let rows: String = TABLE.iter().map(row).collect();
    format!("| できること |{heading}\n| --- |{rule}\n{rows}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_stands_once_in_the_table() {
        for permission in Permission::ALL {
            let rows = TABLE.iter().filter(|(p, _, _)| p == permission).count();
            assert_eq!(rows, 1, "{}", permission.as_str());
        }
    }

    #[test]
    fn who_may_change_something_may_look_at_it() {
        for role in Role::ALL {
            let may = |permission| allows(&[*role], permission);
            for (change, look) in [
                (Permission::EditLayouts, Permission::ReadDeliveries),
                (Permission::ApproveLayouts, Permission::ReadDeliveries),
                (Permission::DownloadDeliveries, Permission::ReadDeliveries),
                (Permission::HandleApplications, Permission::ReadApplications),
                (Permission::SettleDifferences, Permission::ReadApplications),
                (Permission::ManageInstitutions, Permission::ReadInstitutions),
                (Permission::EditTexts, Permission::ReadTexts),
                (Permission::ApproveTexts, Permission::ReadTexts),
                (Permission::HandleInquiries, Permission::ReadInquiries),
                (Permission::ManageSupport, Permission::ReadInquiries),
                (Permission::ManageStaff, Permission::ReadScopes),
                (Permission::Operate, Permission::ReadAlarms),
                (Permission::HandleIncidents, Permission::ReadIncidents),
                (Permission::SwitchService, Permission::HandleIncidents),
                (Permission::ManageContacts, Permission::ReadIncidents),
                (Permission::ReportAccidents, Permission::ReadIncidents),
                (Permission::PlanOutages, Permission::ReadIncidents),
                (Permission::ApproveOutages, Permission::ReadIncidents),
                (Permission::MakePapers, Permission::ReadPapers),
            ] {
                assert!(!may(change) || may(look), "{}: {}", role.as_str(), change.as_str());
            }
        }
    }

    #[test]
    fn nobody_reads_the_audit_record_by_administering_and_nobody_approves_by_proposing() {
        assert!(!allows(&[Role::Administrator], Permission::ReadAudit));
        assert!(!allows(&[Role::Administrator], Permission::RevealPersonal));
        assert!(!allows(&[Role::Clerk], Permission::ApproveCorrections));
        assert!(!allows(&[], Permission::ReadApplications));
    }
}
