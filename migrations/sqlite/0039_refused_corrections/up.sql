-- Why a second person refused a correction, sealed; null for those that were refused before it was asked for.
alter table corrections add column refusal text;
-- Taken back or refused lately: whoever proposed it is told.
create index corrections_refused on corrections (decided_at) where decision = 'refused';
