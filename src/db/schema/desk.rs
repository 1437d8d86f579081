//! What the staff keep about applications: searches, views, reveals, notes.

diesel::table! {
    searches (id) {
        id -> Text,
        staff_id -> Text,
        tokens -> Text,
        label -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    saved_views (id) {
        id -> Text,
        staff_id -> Text,
        name -> Text,
        query -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    list_settings (staff_id) {
        staff_id -> Text,
        density -> Text,
    }
}

diesel::table! {
    reveals (id) {
        id -> Text,
        application_id -> Text,
        staff_id -> Text,
        reason -> Text,
        note -> Text,
        at -> Timestamp,
        until -> Timestamp,
    }
}

diesel::table! {
    application_notes (id) {
        id -> Text,
        application_id -> Text,
        staff_id -> Text,
        body -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    exports (id) {
        id -> Text,
        number -> BigInt,
        purpose -> Text,
        note -> Text,
        filter -> Text,
        tokens -> Nullable<Text>,
        label -> Nullable<Text>,
        row_count -> BigInt,
        asked_by -> Text,
        asked_at -> Timestamp,
        needs_second -> Bool,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decision -> Nullable<Text>,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    text_versions (id) {
        id -> Text,
        name -> Text,
        version -> Integer,
        body -> Text,
        effective_from -> Date,
        state -> Text,
        made_by -> Text,
        made_at -> Timestamp,
        note -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        refusal -> Nullable<Text>,
    }
}
