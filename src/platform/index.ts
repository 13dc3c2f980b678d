export {
  type Alignment,
  calendarDay,
  type CalendarDay,
  type Comparable,
  isPublished,
  isWorkingDay,
  nextWorkingDay,
  sameDayLastYear,
  seasonOf,
} from "./business-calendar.ts";
export { LUNAR_NEW_YEAR } from "./business-calendar-data.ts";
export {
  addDays,
  type BusinessDay,
  businessDay,
  daysBetween,
  isDay,
  isoWeekday,
  minuteOfDay,
  lastClosedDay,
  startOfDay,
  timeOfDay,
} from "./calendar.ts";
export { Gather } from "./gather.ts";
export { type Clock, delaySeconds, FakeClock, paceOf, systemClock, WorldClock } from "./clock.ts";
export {
  defineErrors,
  type ErrorKind,
  type Params,
  Problem,
  problem,
  type RegisteredError,
  registeredErrors,
  sentence,
} from "./errors.ts";
export {
  type Access,
  aboutOne,
  covered,
  type ActInWords,
  type DescribeAct,
  type Level,
  OBJECT_KINDS,
  type ObjectKind,
  type Permitted,
  unapproved,
} from "./http.ts";
export { linesOf } from "./http-client.ts";
export { formatUuid, hashSecret, hashUuid, newSecret, newUuid } from "./ids.ts";
export { type Log, makeLog } from "./log.ts";
export { freshnessHistogram, readGauge } from "./metrics.ts";
export { allocate, divideHalfUp, multiplyScaled, parseScaled } from "./money.ts";
export { type Loop, sleep, startLoop } from "./timers.ts";
export { Day, Instant, Month } from "./request-schema.ts";
