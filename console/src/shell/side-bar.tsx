import {
  AccountBookOutlined,
  AlertOutlined,
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  BankOutlined,
  BellOutlined,
  CommentOutlined,
  CheckSquareOutlined,
  CloudDownloadOutlined,
  CloudServerOutlined,
  CrownOutlined,
  DatabaseOutlined,
  ExperimentOutlined,
  FileDoneOutlined,
  FormOutlined,
  GiftOutlined,
  HeartOutlined,
  HomeOutlined,
  FundOutlined,
  KeyOutlined,
  LineChartOutlined,
  MailOutlined,
  InboxOutlined,
  ScheduleOutlined,
  SendOutlined,
  ShopOutlined,
  ShoppingOutlined,
  IdcardOutlined,
  ImportOutlined,
  NodeIndexOutlined,
  NotificationOutlined,
  RobotOutlined,
  SafetyCertificateOutlined,
  SaveOutlined,
  SolutionOutlined,
  StarOutlined,
  SwapOutlined,
  RetweetOutlined,
  TableOutlined,
  TabletOutlined,
  TagsOutlined,
  TeamOutlined,
  UnorderedListOutlined,
  UsergroupAddOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";
import { Link, useLocation } from "react-router";
import { useApprovalCount } from "../api/approvals.ts";
import { useSession } from "../api/session.ts";
import { routeOf } from "../routes.tsx";
import { useTexts } from "../texts/texts.ts";
import { NAVIGATION, navigationFor } from "./navigation.ts";

const ICONS: Readonly<Record<string, ReactNode>> = {
  home: <HomeOutlined />,
  members: <IdcardOutlined />,
  segments: <ApartmentOutlined />,
  tags: <TagsOutlined />,
  rfm: <TableOutlined />,
  clv: <FundOutlined />,
  lifecycle: <RetweetOutlined />,
  tiers: <CrownOutlined />,
  exchange: <RetweetOutlined />,
  points_offline: <WarningOutlined />,
  points: <StarOutlined />,
  points_ledger: <AccountBookOutlined />,
  points_liability: <BankOutlined />,
  points_grants: <UsergroupAddOutlined />,
  opening: <SwapOutlined />,
  benefits: <HeartOutlined />,
  fulfilment: <ScheduleOutlined />,
  coupons: <GiftOutlined />,
  rewards: <ShoppingOutlined />,
  reward_orders: <InboxOutlined />,
  journeys: <NodeIndexOutlined />,
  tasks: <IdcardOutlined />,
  templates: <FormOutlined />,
  messages: <MailOutlined />,
  replies: <CommentOutlined />,
  experiments: <ExperimentOutlined />,
  channels: <NotificationOutlined />,
  robots: <RobotOutlined />,
  metrics: <LineChartOutlined />,
  stores: <ShopOutlined />,
  sources: <DatabaseOutlined />,
  imports: <ImportOutlined />,
  pulls: <CloudDownloadOutlined />,
  rejects: <WarningOutlined />,
  identities: <NodeIndexOutlined />,
  engines: <CloudServerOutlined />,
  webhooks: <SendOutlined />,
  jobs: <UnorderedListOutlined />,
  people: <TeamOutlined />,
  access_reviews: <FileDoneOutlined />,
  tablets: <TabletOutlined />,
  clients: <ApiOutlined />,
  matrix: <TableOutlined />,
  approvals: <CheckSquareOutlined />,
  audit: <AuditOutlined />,
  privacy: <SolutionOutlined />,
  risks: <AlertOutlined />,
  alerts: <BellOutlined />,
  keys: <KeyOutlined />,
  backups: <SaveOutlined />,
};

export function navIcon(key: string): ReactNode {
  return ICONS[key] ?? <SafetyCertificateOutlined />;
}

const PATHS = NAVIGATION.flatMap((group) => group.items.map((item) => item.path));

/** "/members/17" belongs to "/members", "/metrics/stores" to itself and not to "/metrics"; "/" only to itself. */
function isCurrent(path: string, pathname: string): boolean {
  const holds = (one: string) => pathname === one || (one !== "/" && pathname.startsWith(`${one}/`));
  return holds(path) && !PATHS.some((other) => other.length > path.length && holds(other));
}

/** The navigation by task. Links fetch their page's chunk when the pointer or the focus comes near. */
export function SideBar({ onGo }: { onGo?: () => void }) {
  const t = useTexts();
  const session = useSession();
  const { pathname } = useLocation();
  const waiting = useApprovalCount(session?.signed_in === true && session.owes === null && !session.at_tablet);
  return (
    <nav className="ht-side" aria-label={t("nav.main")}>
      <Link to="/" className="ht-brand" {...(onGo ? { onClick: onGo } : {})}>
        <img src="/huitou.svg" alt="" width={24} height={24} />
        <span className="ht-brand-name">{t("brand")}</span>
        <span className="ht-brand-owner">{session?.brand_name}</span>
      </Link>
      {navigationFor(session?.permissions ?? [], session?.at_tablet).map((group) => (
        <div key={group.key ?? "home"} className="ht-side-group">
          {group.key === null ? null : <p className="ht-side-title">{t(`nav.${group.key}`)}</p>}
          <ul>
            {group.items.map((item) => (
              <li key={item.key}>
                <Link
                  to={item.path}
                  className="ht-side-link"
                  aria-current={isCurrent(item.path, pathname) ? "page" : undefined}
                  onPointerEnter={() => void routeOf(item.path)?.preload()}
                  onFocus={() => void routeOf(item.path)?.preload()}
                  {...(onGo ? { onClick: onGo } : {})}
                >
                  {navIcon(item.key)}
                  <span>{t(`nav.${item.key}`)}</span>
                  {item.key === "approvals" && waiting > 0 ? (
                    <span className="ht-side-count">
                      {waiting}
                      <span className="ht-hidden"> {t("nav.approvals_waiting")}</span>
                    </span>
                  ) : null}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
