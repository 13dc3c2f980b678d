-- Whom a file holds, as a bitmap over member ids: when one of them is erased, the file is destroyed.
alter table segments.export add column holds bytea;
