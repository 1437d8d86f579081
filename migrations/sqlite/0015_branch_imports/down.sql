drop table branch_imports;
