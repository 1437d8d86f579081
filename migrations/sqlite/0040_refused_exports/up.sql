-- Why a second person refused an export, sealed; null for those that were refused before it was asked for.
alter table exports add column refusal text;
