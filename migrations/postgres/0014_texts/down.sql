drop table text_versions;
drop function text_versions_stay();
