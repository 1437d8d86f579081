//! What the bureau receives: layouts, numbered files, which results they hold.

diesel::table! {
    result_outbox (application_id, event_no) {
        application_id -> Text,
        event_no -> Integer,
        at -> Timestamp,
    }
}

diesel::table! {
    layout_versions (id) {
        id -> Text,
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

diesel::table! {
    deliveries (no) {
        no -> BigInt,
        day -> Date,
        reissue_of -> Nullable<BigInt>,
        layout_id -> Text,
        file_name -> Text,
        content -> Text,
        report -> Text,
        bytes -> BigInt,
        sha256 -> Text,
        row_count -> BigInt,
        findings -> BigInt,
        made_by -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    delivery_items (application_id, event_no) {
        application_id -> Text,
        event_no -> Integer,
        delivery_no -> BigInt,
        position -> Integer,
        kind -> Text,
        record -> Nullable<Text>,
    }
}

diesel::table! {
    delivery_downloads (id) {
        id -> Text,
        delivery_no -> BigInt,
        staff_id -> Text,
        what -> Text,
        at -> Timestamp,
    }
}
