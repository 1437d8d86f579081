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
