//! Applications, attempts, and what is known of them from elsewhere.

diesel::table! {
    application_edges (from_state, to_state) {
        from_state -> Text,
        to_state -> Text,
    }
}

diesel::table! {
    terms_versions (hash) {
        hash -> Text,
        version -> Text,
        body -> Text,
        first_shown_at -> Timestamp,
    }
}

diesel::table! {
    applications (id) {
        id -> Text,
        receipt_number -> Nullable<Text>,
        state -> Text,
        event_no -> Nullable<Integer>,
        rev -> Integer,
        institution_code -> Nullable<Text>,
        answers -> Text,
        customer_index -> Nullable<Text>,
        submit_key -> Text,
        submit_digest -> Nullable<Text>,
        submitted_rev -> Nullable<Integer>,
        terms_hash -> Text,
        terms_accepted_at -> Timestamp,
        mail_wanted -> Bool,
        reason -> Nullable<Text>,
        reason_field -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        attention -> Nullable<Text>,
    }
}

diesel::table! {
    application_events (application_id, no) {
        application_id -> Text,
        no -> Integer,
        from_state -> Text,
        to_state -> Text,
        actor -> Text,
        cause -> Text,
        evidence -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    application_tokens (kind, token, application_id) {
        application_id -> Text,
        kind -> Text,
        token -> Text,
    }
}

diesel::table! {
    attempts (id) {
        id -> Text,
        application_id -> Text,
        no -> Integer,
        gateway -> Text,
        institution_code -> Text,
        request -> Text,
        details -> Text,
        account_index -> Nullable<Text>,
        tran_id -> Nullable<Text>,
        token -> Nullable<Text>,
        start_url -> Nullable<Text>,
        token_expires_at -> Nullable<Timestamp>,
        outcome -> Text,
        raw_code -> Nullable<Text>,
        reason -> Nullable<Text>,
        registered_account -> Nullable<Text>,
        inquiries -> Integer,
        ladder_from -> Nullable<Timestamp>,
        created_at -> Timestamp,
        handed_off_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        client_index -> Nullable<Text>,
    }
}

diesel::table! {
    attempt_messages (id) {
        id -> Text,
        attempt_id -> Text,
        kind -> Text,
        status -> Text,
        raw_code -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    visits (token) {
        token -> Text,
        application_id -> Text,
        kind -> Text,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        locked -> Bool,
    }
}

diesel::table! {
    status_links (token) {
        token -> Text,
        application_id -> Text,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    lookup_tries (id) {
        id -> Text,
        token -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    first_debits (application_id, debited_on) {
        application_id -> Text,
        debited_on -> Date,
        code -> Text,
        imported_at -> Timestamp,
    }
}

diesel::table! {
    corrections (id) {
        id -> Text,
        application_id -> Text,
        result -> Text,
        note -> Text,
        evidence -> Text,
        proposed_by -> Text,
        proposed_at -> Timestamp,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decision -> Nullable<Text>,
        withdrawn_at -> Nullable<Timestamp>,
        withdrawal_reason -> Nullable<Text>,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    daily_files (gateway, day) {
        gateway -> Text,
        day -> Date,
        lines -> Integer,
        imported_at -> Timestamp,
    }
}

diesel::table! {
    daily_results (gateway, day, attempt_id) {
        gateway -> Text,
        day -> Date,
        attempt_id -> Text,
        status -> Text,
        code -> Text,
    }
}

diesel::table! {
    differences (id) {
        id -> Text,
        kind -> Text,
        attempt_id -> Text,
        application_id -> Nullable<Text>,
        gateway -> Text,
        detail -> Text,
        found_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        resolution -> Nullable<Text>,
        settled_by -> Nullable<Text>,
    }
}

diesel::table! {
    gateway_nonces (gateway, nonce) {
        gateway -> Text,
        nonce -> Text,
        seen_at -> Timestamp,
    }
}
