//! Incidents, the people to call, and what is watched of the running service.

diesel::table! {
    contacts (id) {
        id -> Text,
        band -> Text,
        position -> Integer,
        organisation -> Text,
        name -> Text,
        phone -> Text,
        added_at -> Timestamp,
        added_by -> Text,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
    }
}

diesel::table! {
    incidents (id) {
        id -> Text,
        no -> Integer,
        title -> Text,
        severity -> Text,
        is_accident -> Bool,
        state -> Text,
        happened_at -> Timestamp,
        opened_at -> Timestamp,
        opened_by -> Text,
        restored_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        cause -> Nullable<Text>,
        next_note_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    incident_targets (incident_id, kind, word) {
        incident_id -> Text,
        kind -> Text,
        word -> Text,
    }
}

diesel::table! {
    incident_alarms (alarm_id) {
        alarm_id -> Text,
        incident_id -> Text,
        linked_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    incident_notes (id) {
        id -> Text,
        incident_id -> Text,
        kind -> Text,
        body -> Text,
        made_by -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    incident_calls (id) {
        id -> Text,
        incident_id -> Text,
        contact_id -> Text,
        reached -> Bool,
        note -> Text,
        made_by -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    incident_stops (closure_id) {
        closure_id -> Text,
        incident_id -> Text,
    }
}

diesel::table! {
    incident_measures (id) {
        id -> Text,
        incident_id -> Text,
        body -> Text,
        unit -> Text,
        due -> Date,
        made_by -> Text,
        made_at -> Timestamp,
        done_by -> Nullable<Text>,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    accident_reports (incident_id) {
        incident_id -> Text,
        contents -> Text,
        place -> Text,
        situation -> Text,
        response -> Text,
        seen_by -> Text,
        seen_from -> Timestamp,
        seen_to -> Timestamp,
        rev -> Integer,
        made_by -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    figures (name, at) {
        at -> Timestamp,
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    visual_checks (id) {
        id -> Text,
        slot -> Timestamp,
        at -> Timestamp,
        made_by -> Text,
        is_odd -> Bool,
        seen -> Text,
        figures -> Text,
    }
}
