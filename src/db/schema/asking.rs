//! What people ask, how soon they are answered, what comes of it, and who is helped on the phone.

diesel::table! {
    inquiries (id) {
        id -> Text,
        number -> Text,
        source -> Text,
        category -> Text,
        priority -> Text,
        status -> Text,
        rev -> Integer,
        contact -> Text,
        code_token -> Nullable<Text>,
        submit_key -> Nullable<Text>,
        submit_digest -> Nullable<Text>,
        application_id -> Nullable<Text>,
        institution_code -> Nullable<Text>,
        assignee -> Nullable<Text>,
        next_contact_on -> Nullable<Date>,
        made_by -> Text,
        received_at -> Timestamp,
        due_at -> Timestamp,
        answered_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
        answered_late -> Bool,
        linked_by -> Nullable<Text>,
    }
}

diesel::table! {
    inquiry_messages (id) {
        id -> Text,
        inquiry_id -> Text,
        kind -> Text,
        author -> Text,
        body -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    inquiry_events (id) {
        id -> Text,
        inquiry_id -> Text,
        actor -> Text,
        what -> Text,
        detail -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    inquiry_tokens (kind, token, inquiry_id) {
        kind -> Text,
        token -> Text,
        inquiry_id -> Text,
    }
}

diesel::table! {
    inquiry_browsers (token) {
        token -> Text,
        inquiry_id -> Nullable<Text>,
        sealed -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    inquiry_tries (id) {
        id -> Text,
        token -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    inquiry_queries (id) {
        id -> Text,
        staff_id -> Text,
        words -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    inquiry_files (id) {
        id -> Text,
        inquiry_id -> Text,
        kind -> Text,
        name -> Text,
        content -> Text,
        bytes -> Integer,
        state -> Text,
        finding -> Nullable<Text>,
        added_by -> Text,
        added_at -> Timestamp,
        checked_at -> Nullable<Timestamp>,
        is_shown -> Bool,
    }
}

diesel::table! {
    inquiry_templates (id) {
        id -> Text,
        name -> Text,
        body -> Text,
        retired_at -> Nullable<Timestamp>,
        made_by -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    support_hours (id) {
        id -> Integer,
        weekdays -> Text,
        opens -> Text,
        closes -> Text,
        urgent_minutes -> Integer,
        high_minutes -> Integer,
        normal_minutes -> Integer,
        low_minutes -> Integer,
        rev -> Integer,
    }
}

diesel::table! {
    support_days (day) {
        day -> Date,
        opens -> Nullable<Text>,
        closes -> Nullable<Text>,
        note -> Text,
    }
}

diesel::table! {
    faq_entries (id) {
        id -> Text,
        question -> Text,
        answer -> Text,
        category -> Text,
        inquiry_id -> Nullable<Text>,
        replaces -> Nullable<Text>,
        state -> Text,
        made_by -> Text,
        made_at -> Timestamp,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        retired_at -> Nullable<Timestamp>,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    improvements (id) {
        id -> Text,
        title -> Text,
        body -> Text,
        origin -> Text,
        state -> Text,
        rev -> Integer,
        reason -> Text,
        version -> Nullable<Text>,
        made_by -> Text,
        made_at -> Timestamp,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    improvement_askers (improvement_id, inquiry_id) {
        improvement_id -> Text,
        inquiry_id -> Text,
    }
}

diesel::table! {
    assists (id) {
        id -> Text,
        browser -> Text,
        code_token -> Nullable<Text>,
        code -> Text,
        page -> Text,
        faults -> Text,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        claimed_by -> Nullable<Text>,
        hint -> Nullable<Text>,
        hint_page -> Nullable<Text>,
        hint_at -> Nullable<Timestamp>,
        hint_seen_at -> Nullable<Timestamp>,
    }
}
