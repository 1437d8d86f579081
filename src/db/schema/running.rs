//! What the program needs to run: jobs, mails, audit, alarms, backups.

diesel::table! {
    audit_entries (no) {
        no -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
        previous_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    audit_head (id) {
        id -> Integer,
        no -> BigInt,
        hash -> Text,
        seal -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        payload -> Text,
        run_at -> Timestamp,
        attempts -> Integer,
        lease_until -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
        dead_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    mails (id) {
        id -> Text,
        kind -> Text,
        subject_id -> Text,
        recipient -> Text,
        title -> Text,
        body -> Text,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    world_marker (id) {
        id -> Integer,
        environment -> Text,
        key_check -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    schedule_leader (id) {
        id -> Integer,
        holder -> Text,
        lease_until -> Timestamp,
    }
}

diesel::table! {
    schedule_slots (name) {
        name -> Text,
        slot -> Timestamp,
    }
}

diesel::table! {
    alarms (id) {
        id -> Text,
        key -> Text,
        message -> Text,
        subject -> Text,
        times -> Integer,
        first_at -> Timestamp,
        last_at -> Timestamp,
        acknowledged_at -> Nullable<Timestamp>,
        acknowledged_by -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    probes (at) {
        at -> Timestamp,
        ok -> Bool,
        micros -> BigInt,
        detail -> Text,
    }
}

diesel::table! {
    backups (id) {
        id -> Text,
        name -> Text,
        engine -> Text,
        taken_at -> Timestamp,
        bytes -> BigInt,
        sha256 -> Text,
        seconds -> Integer,
        verified_at -> Timestamp,
        offsite_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    audit_checkpoints (day) {
        day -> Date,
        no -> BigInt,
        hash -> Text,
        signature -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    tasks (id) {
        id -> Text,
        kind -> Text,
        subject -> Text,
        wish -> Text,
        asked_by -> Text,
        address -> Text,
        asked_at -> Timestamp,
        done -> BigInt,
        total -> BigInt,
        ended_at -> Nullable<Timestamp>,
        ending -> Nullable<Text>,
        result -> Nullable<Text>,
    }
}
