-- Nonces seen, so that a signed message counts once.
create table gateway_nonces (
    gateway text not null,
    nonce text not null,
    seen_at timestamp not null,
    primary key (gateway, nonce)
);
create index gateway_nonces_age on gateway_nonces (seen_at);
