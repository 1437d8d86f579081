-- Who settled a difference; null where the witnesses agreed again by themselves. Then `resolution` is sealed.
alter table differences add column settled_by text;
create index differences_settled on differences (attempt_id, kind) where settled_by is not null;
