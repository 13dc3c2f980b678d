import { Card } from "../../parts/page-header.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import type { ScopeCell } from "./cells.ts";
import type { MatrixView } from "./matrix-data.ts";

interface RowScopesProps {
  readonly view: MatrixView;
  readonly roles: MatrixView["roles"];
  readonly editable: boolean;
  readonly onSet: (scope: ScopeCell) => void;
}

/** Whose rows a role sees, by data domain. */
export function RowScopes({ view, roles, editable, onSet }: RowScopesProps) {
  const t = useTexts("matrix");
  const keyOf = (scope: { role: string; domain: string }) => `${scope.role} ${scope.domain}`;
  const now = new Map((view.open?.scopes ?? view.scopes).map((scope) => [keyOf(scope), scope.scope]));
  const active = new Map(view.scopes.map((scope) => [keyOf(scope), scope.scope]));
  return (
    <Card flush title={t("rows")} note={t("rows_note")}>
      {/* scrolls sideways, so it must take the focus */}
      <section className="ht-matrix-scroll ht-matrix-rows" tabIndex={0} aria-label={t("rows")}>
        <table className="ht-matrix" aria-label={t("rows")}>
          <thead>
            <tr>
              <th scope="col">{t("domain")}</th>
              {roles.map((role) => (
                <th key={role.role} scope="col">
                  {pick(role.zh, role.en)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.domains.map((domain) => (
              <tr key={domain.domain}>
                <th scope="row">{pick(domain.zh, domain.en)}</th>
                {roles.map((role) => {
                  const key = keyOf({ role: role.role, domain: domain.domain });
                  const value = now.get(key) ?? "none";
                  const named = view.row_scopes.find((one) => one.scope === value);
                  const label = `${pick(role.zh, role.en)} · ${pick(domain.zh, domain.en)}`;
                  return (
                    <td key={role.role} className={active.get(key) === value ? undefined : "ht-scope-changed"}>
                      {editable ? (
                        <select
                          className="ht-select"
                          aria-label={label}
                          value={value}
                          onChange={(event) =>
                            onSet({ role: role.role, domain: domain.domain, scope: event.target.value })
                          }
                        >
                          {view.row_scopes.map((one) => (
                            <option key={one.scope} value={one.scope}>
                              {pick(one.zh, one.en)}
                            </option>
                          ))}
                        </select>
                      ) : (
                        pick(named?.zh ?? value, named?.en ?? value)
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
