//! Institutions, places, and closed times.

diesel::table! {
    institutions (code) {
        code -> Text,
        name -> Text,
        kana -> Text,
        kind -> Text,
        affiliation -> Text,
        position -> Integer,
        retired_on -> Nullable<Date>,
        retired_reason -> Nullable<Text>,
        successor_code -> Nullable<Text>,
    }
}

diesel::table! {
    branches (institution_code, code) {
        institution_code -> Text,
        code -> Text,
        name -> Text,
        kana -> Text,
        search_key -> Text,
        valid_from -> Nullable<Date>,
        retired_on -> Nullable<Date>,
    }
}

diesel::table! {
    closures (id) {
        id -> Text,
        institution_code -> Nullable<Text>,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        reason -> Text,
        withdrawn_at -> Nullable<Timestamp>,
        announced_at -> Nullable<Timestamp>,
        owner -> Nullable<Text>,
    }
}

diesel::table! {
    postal_codes (postal_code, city, town) {
        postal_code -> Text,
        prefecture -> Text,
        city -> Text,
        town -> Text,
    }
}

diesel::table! {
    holidays (day) {
        day -> Date,
        name -> Text,
    }
}

diesel::table! {
    closure_rules (id) {
        id -> Text,
        institution_code -> Nullable<Text>,
        rule -> Text,
        reason -> Text,
        created_at -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    service_modes (no) {
        no -> Integer,
        mode -> Text,
        reason -> Text,
        announcement -> Text,
        decided_by -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    branch_imports (id) {
        id -> Text,
        body -> Text,
        made_by -> Text,
        made_at -> Timestamp,
        applied_by -> Nullable<Text>,
        applied_at -> Nullable<Timestamp>,
        effective_on -> Nullable<Date>,
        added -> Integer,
        changed -> Integer,
        retired -> Integer,
    }
}

diesel::table! {
    closed_days (id) {
        id -> Text,
        name -> Text,
        first_day -> Text,
        last_day -> Text,
        counts_from -> Nullable<Date>,
        counts_until -> Nullable<Date>,
        made_by -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    holiday_imports (id) {
        id -> Text,
        body -> Text,
        made_by -> Text,
        made_at -> Timestamp,
        applied_by -> Nullable<Text>,
        applied_at -> Nullable<Timestamp>,
        added -> Integer,
        removed -> Integer,
        renamed -> Integer,
    }
}
