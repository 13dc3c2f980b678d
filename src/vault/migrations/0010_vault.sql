-- Sealed personal data. A token is the blind index of an identifier, or a name made for one text; the key of each row
-- is in the key store, a database of its own.
create schema vault;
create table vault.sealed (
  token text collate "C" primary key,
  kind text not null,
  ciphertext bytea not null
);
