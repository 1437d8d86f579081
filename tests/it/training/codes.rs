//! What a citizen holds: cookies, numbers, codes on paper and by phone. Of one world's nothing opens or changes the other.
use super::{
    class, come_in,
    everything::{Everything, everything},
    left::{Doors, Left, Side, WaysIn, leave},
    one,
};
use crate::{
    desk::{Desk, invite},
    harness::World,
};
use mizumado::{accounts::Role, training, workspace::Workspace};
use std::collections::BTreeSet;

/// At which anybody may begin something, or try a number: what is tried is counted.
const ANYBODY: [&str; 6] = [
    "POST /apply/assist",
    "POST /faq",
    "POST /inquiry",
    "POST /inquiry/files",
    "POST /inquiry/status",
    "POST /receipt",
];

/// What a desk holds of people. The rest of it goes on by itself: its jobs, what its institution is asked.
pub const OF_PEOPLE: [&str; 14] = [
    "application_notes",
    "applications",
    "assists",
    "corrections",
    "inquiries",
    "inquiry_browsers",
    "inquiry_messages",
    "passkeys",
    "reveals",
    "staff",
    "staff_roles",
    "status_links",
    "visits",
    "ways_in",
];

/// Two worlds side by side, with what somebody left in each.
pub struct Both {
    pub world: World,
    pub desk: training::Desk,
    pub real: (Doors, Left),
    pub practice: (Doors, Left),
}

pub async fn both() -> Both {
    let world = one().await;
    let mut staff = Desk::open(&world, "a1", Role::ALL).await;
    let invited = invite(&world, "n1", &[Role::Clerk]).await;
    let class = class(&world, 1).await;
    let learner = come_in(&world, &class, "1", "山本 一郎").await;
    let desk = world.school().desk(&class.desks[0].id).unwrap();
    let ways = WaysIn {
        invitation: invited.way(),
        recovery: staff.codes.remove(0),
    };
    let doors = Doors::of_world(&world, &staff.browser);
    let left = leave(&Side::Real(&world), &doors, ways, ("標見山", "しるしみやま")).await;
    let real = (doors, left);
    let ways = WaysIn::at_desk(&world.school().addresses().console, &learner).await;
    let doors = Doors::of_desk(&world, &learner).await;
    let left = leave(&Side::Desk(&desk), &doors, ways, ("架空原", "かくうはら")).await;
    let practice = (doors, left);
    Both {
        world,
        desk,
        real,
        practice,
    }
}

/// What is looked at where `OF_PEOPLE` alone stands still.
pub async fn people(workspace: &Workspace) -> Everything {
    everything(workspace).await.of(&OF_PEOPLE)
}

/// Asks these routes of a listener with the cookies, ids and codes that somebody has elsewhere.
pub async fn ask(routes: &[&String], doors: &Doors, theirs: &Left) {
    for route in routes {
        let (method, path) = route.split_once(char::is_whitespace).unwrap();
        let path = theirs.filled(path.trim());
        let mut browser = theirs.disguised(&doors.public);
        let page = match method {
            "GET" => browser.get(&path).await,
            "POST" => browser.post(&path, &theirs.fields()).await,
            _ => browser.once(method, &path, None).await,
        };
        assert!(!theirs.is_shown_on(&page), "{route}: {} {}", page.path, page.text());
    }
}

/// The routes at which nobody begins anything, and the others.
pub fn parted(routes: &BTreeSet<String>) -> (Vec<&String>, Vec<&String>) {
    assert!(routes.len() > 45, "{}", routes.len());
    let parted: (Vec<_>, Vec<_>) = routes.iter().partition(|route| !ANYBODY.contains(&route.as_str()));
    assert_eq!(parted.1.len(), ANYBODY.len(), "{:?}", parted.1);
    parted
}

#[actix_web::test]
async fn no_public_route_shows_or_changes_anything_for_who_comes_from_the_other_world() {
    let both = both().await;
    let routes = crate::routes::public_routes(&both.world).await;
    let (nothing, something) = parted(&routes);
    let ((real, ours), (practice, theirs)) = (&both.real, &both.practice);
    // From practice to the real one: every row of it.
    let before = everything(&both.world.workspace).await;
    ask(&nothing, real, theirs).await;
    before.assert_same(&everything(&both.world.workspace).await, "practice cookies and codes");
    ask(&something, real, theirs).await;
    before.assert_kept(&everything(&both.world.workspace).await, "what anybody may begin");
    // And back.
    let before = people(&both.desk.workspace).await;
    ask(&nothing, practice, ours).await;
    before.assert_same(&people(&both.desk.workspace).await, "real cookies and codes");
    ask(&something, practice, ours).await;
    before.assert_kept(&people(&both.desk.workspace).await, "what anybody may begin");
    // The very cookies show their own world.
    for (doors, left) in [&both.real, &both.practice] {
        for path in ["/result", "/inquiry/status"] {
            let page = left.disguised(&doors.public).get(path).await;
            assert!(left.is_shown_on(&page), "{path}: {} {}", page.path, page.text());
        }
    }
}

#[actix_web::test]
async fn no_code_of_one_world_opens_anything_in_the_other() {
    let both = both().await;
    let ((real, ours), (practice, theirs)) = (&both.real, &both.practice);
    let before = everything(&both.world.workspace).await;
    theirs.assert_useless(real).await;
    let after = everything(&both.world.workspace).await;
    before.assert_kept(&after, "practice codes");
    // All that came of it: the tries that are counted.
    let tries = ["lookup_tries", "inquiry_tries"];
    for table in [
        "applications",
        "visits",
        "inquiries",
        "assists",
        "staff",
        "passkeys",
        "mails",
    ] {
        assert_eq!(before.rows(table), after.rows(table), "{table}");
    }
    assert!(tries.iter().all(|table| after.rows(table) > before.rows(table)));
    let before = people(&both.desk.workspace).await;
    ours.assert_useless(practice).await;
    before.assert_same(&people(&both.desk.workspace).await, "real codes");
    ours.assert_useful(real).await;
    theirs.assert_useful(practice).await;
}
