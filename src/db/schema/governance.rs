//! Planned outages, and the papers of the contract.
diesel::table! {
    outages (id) {
        id -> Text,
        no -> Integer,
        state -> Text,
        institution_code -> Nullable<Text>,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        work -> Text,
        notice -> Text,
        effect -> Text,
        way_back -> Text,
        proposed_by -> Text,
        proposed_at -> Timestamp,
        decided_by -> Nullable<Text>,
        begun_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        closure_id -> Nullable<Text>,
        agreed_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    outage_steps (id) {
        id -> Text,
        outage_id -> Text,
        kind -> Text,
        words -> Text,
        made_by -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    papers (id) {
        id -> Text,
        kind -> Text,
        period -> Date,
        edition -> Integer,
        state -> Text,
        body -> Text,
        typed -> Text,
        rev -> Integer,
        replaces -> Nullable<Text>,
        made_by -> Text,
        made_at -> Timestamp,
        changed_by -> Text,
        changed_at -> Timestamp,
        fixed_by -> Nullable<Text>,
        fixed_at -> Nullable<Timestamp>,
    }
}
