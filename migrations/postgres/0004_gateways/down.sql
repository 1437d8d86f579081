drop table gateway_nonces;
