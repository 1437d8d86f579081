drop table text_versions;
