import { loadDomains } from "../../src/domains.ts";
import { Catalogue, type Relation } from "../../src/query/index.ts";

/** All relations that the domains register, without a database. */
export async function wholeCatalogue(): Promise<Catalogue> {
  const relations: Relation[] = [];
  for (const domain of await loadDomains(process.env["TEST_DOMAINS"]?.split(",")))
    relations.push(...(domain.relations ?? []));
  return new Catalogue(relations);
}
