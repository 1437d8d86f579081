//! The bureau's people: who they are, what they may do, how they sign in.

diesel::table! {
    staff (id) {
        id -> Text,
        code -> Text,
        name -> Text,
        unit -> Text,
        handle -> Text,
        epoch -> Integer,
        active -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    staff_roles (id) {
        id -> Text,
        staff_id -> Text,
        role -> Text,
        granted_by -> Text,
        since -> Timestamp,
        until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_trainings (id) {
        id -> Text,
        staff_id -> Text,
        held_on -> Date,
        title -> Text,
        recorded_by -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        credential_id -> Text,
        staff_id -> Text,
        label -> Text,
        passkey -> Text,
        counter -> BigInt,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    ceremonies (id) {
        id -> Text,
        kind -> Text,
        staff_id -> Nullable<Text>,
        way_in -> Nullable<Text>,
        state -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    ways_in (token) {
        token -> Text,
        kind -> Text,
        staff_id -> Text,
        created_by -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_sessions (id) {
        id -> Text,
        staff_id -> Text,
        key_hash -> Nullable<Text>,
        state -> Text,
        epoch -> Integer,
        address -> Text,
        agent -> Text,
        began_at -> Timestamp,
        seen_at -> Timestamp,
        confirmed_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}
