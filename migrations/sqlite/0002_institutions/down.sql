drop table holidays;
drop table postal_codes;
drop table closures;
drop table branches;
drop table institutions;
