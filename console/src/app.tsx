import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { BrowserRouter, Navigate, Route as At, Routes, useLocation } from "react-router";
import { ApiProblem, SIGNED_OUT } from "./api/client.ts";
import { fetchSession, SESSION_KEY, type SessionState } from "./api/session.ts";
import { ErrorState } from "./parts/states.tsx";
import { useMade } from "./pages/setup/setup-data.ts";
import { ROUTES, type Route } from "./routes.tsx";
import { NoPermission, NotFound } from "./shell/dead-ends.tsx";
import { Shell } from "./shell/shell.tsx";
import { Theme } from "./theme/theme.tsx";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
      retryDelay: (count) => 400 * 2 ** count,
    },
  },
});

const LoginPage = lazy(() => import("./pages/login/login.tsx").then((page) => ({ default: page.LoginPage })));
const SsoPage = lazy(() => import("./pages/login/sso-page.tsx").then((page) => ({ default: page.SsoPage })));
const InvitePage = lazy(() => import("./pages/invite/invite.tsx").then((page) => ({ default: page.InvitePage })));
const MyCopyPage = lazy(() => import("./pages/my-copy/my-copy.tsx").then((page) => ({ default: page.MyCopyPage })));
const TillPage = lazy(() => import("./pages/till/till.tsx").then((page) => ({ default: page.TillPage })));
const PinLinkPage = lazy(() => import("./pages/till/pin-link.tsx").then((page) => ({ default: page.PinLinkPage })));
const SetupPage = lazy(() => import("./pages/setup/setup.tsx").then((page) => ({ default: page.SetupPage })));

/** Where factors, sessions and the password are looked after; open to everybody who is signed in. */
const SECURITY_PATH = "/me/security";

function Guarded({ route, session }: { route: Route; session: SessionState }) {
  if (route.permission !== null && !session.permissions.includes(route.permission)) {
    return <NoPermission permission={route.permission} />;
  }
  const Page = route.page;
  return <Page />;
}

function SignedIn({ session }: { session: SessionState }) {
  return (
    <Shell>
      <Routes>
        {ROUTES.map((route) => (
          <At key={route.path} path={route.path} element={<Guarded route={route} session={session} />} />
        ))}
        <At path="/login" element={<Navigate to="/" replace />} />
        <At path="/setup" element={<Navigate to="/" replace />} />
        <At path="/till" element={<Navigate to="/members" replace />} />
        <At path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}

/** Set-up before the first account, log-in without a session, the console otherwise. */
function Doors() {
  const queries = useQueryClient();
  const location = useLocation();
  const made = useMade();
  const session = useQuery({ queryKey: SESSION_KEY, queryFn: fetchSession, staleTime: 60_000 });
  useEffect(() => {
    const renew = () => void queries.invalidateQueries({ queryKey: SESSION_KEY });
    window.addEventListener(SIGNED_OUT, renew);
    return () => window.removeEventListener(SIGNED_OUT, renew);
  }, [queries]);
  if (session.data === undefined) {
    return session.error ? <ErrorState error={session.error} retry={() => void session.refetch()} /> : null;
  }
  // the links of the three stand on that page alone, until they are handed over
  if (made !== undefined) return location.pathname === "/setup" ? <SetupPage /> : <Navigate to="/setup" replace />;
  if (session.data.setup_required) {
    return location.pathname === "/setup" ? <SetupPage /> : <Navigate to="/setup" replace />;
  }
  // for members, who have no account here
  if (location.pathname === "/my-copy") return <MyCopyPage />;
  if (location.pathname === "/invite") return <InvitePage />;
  if (location.pathname === "/pin") return <PinLinkPage />;
  if (location.pathname === "/till" && !session.data.at_tablet) return <TillPage />;
  if (location.pathname === "/reset") return <InvitePage forgotten />;
  // back from the identity provider: whoever was signed in before, its answer is handed over
  if (location.pathname === "/sso" && (location.search !== "" || !session.data.signed_in)) return <SsoPage />;
  const { owes } = session.data;
  if (session.data.signed_in && owes !== "prove") {
    if (owes !== null && location.pathname !== SECURITY_PATH) return <Navigate to={SECURITY_PATH} replace />;
    return <SignedIn session={session.data} />;
  }
  if (location.pathname === "/login") return <LoginPage owesProof={owes === "prove"} />;
  // a tablet that nobody works at shows its names, not somebody's last page
  if (!session.data.signed_in && session.data.tablet !== null) return <Navigate to="/till" replace />;
  const next = location.pathname === "/" || location.pathname === "/setup" ? "" : location.pathname + location.search;
  return <Navigate to={next === "" ? "/login" : `/login?next=${encodeURIComponent(next)}`} replace />;
}

export function App() {
  return (
    <QueryClientProvider client={client}>
      <Theme>
        <BrowserRouter>
          <Suspense fallback={null}>
            <Doors />
          </Suspense>
        </BrowserRouter>
      </Theme>
    </QueryClientProvider>
  );
}
