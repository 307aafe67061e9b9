/** What went wrong, in the server's words (RFC 9457), or in ours when no server answered. */
export type FieldError = {
  field: string;
  message: string;
};

/** A time that is taken, and nothing about by whom. */
export type TakenSlot = {
  start_time: string;
  end_time: string;
};

/** A reservation that is in the way, and nothing about whose it is. */
export type BookingInTheWay = TakenSlot & {
  id: string;
  space_code: string;
  why: 'refused' | 'no_space_free' | 'checked_in';
};

type ProblemFields = {
  status: number;
  code: string;
  title?: string;
  detail?: string;
  requestId?: string;
  errors?: FieldError[];
  conflicts?: TakenSlot[];
  bookings?: BookingInTheWay[];
  retryAfterSeconds?: number;
};

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly errors: FieldError[];
  readonly conflicts: TakenSlot[];
  readonly bookings: BookingInTheWay[];
  readonly retryAfterSeconds: number | undefined;

  constructor(fields: ProblemFields) {
    super(fields.detail ?? fields.title ?? fields.code);
    this.name = 'Problem';
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title ?? '';
    this.detail = fields.detail;
    this.requestId = fields.requestId;
    this.errors = fields.errors ?? [];
    this.conflicts = fields.conflicts ?? [];
    this.bookings = fields.bookings ?? [];
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }

  /** Worth trying again by itself: nothing was refused, the server was merely not there. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

const NETWORK_UNREACHABLE = 'network_unreachable';
const REQUEST_TIMED_OUT = 'request_timed_out';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function takenSlots(value: unknown): TakenSlot[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (!isRecord(item)) return [];
    const [start_time, end_time] = [text(item.start_time), text(item.end_time)];
    return start_time && end_time ? [{ start_time, end_time }] : [];
  });
}

const whys = ['refused', 'no_space_free', 'checked_in'] as const;

function bookingsInTheWay(value: unknown): BookingInTheWay[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (!isRecord(item)) return [];
    const [slot] = takenSlots([item]);
    const [id, space_code] = [text(item.id), text(item.space_code)];
    const why = whys.find((known) => known === item.why) ?? 'refused';
    return slot && id && space_code ? [{ ...slot, id, space_code, why }] : [];
  });
}

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (!isRecord(item)) return [];
    const field = text(item.field);
    if (!field) return [];
    return [{ field, message: text(item.message) ?? '' }];
  });
}

/** Retry-After comes as seconds or as a date; both become whole seconds from now. */
export function retryAfterSeconds(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

/** Reads any refusal: a problem document, or whatever a proxy in between answered instead. */
export async function problemFromResponse(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined);
  const document = isRecord(body) ? body : {};
  return new Problem({
    status: response.status,
    code: text(document.code) ?? `http_${response.status}`,
    title: text(document.title) ?? response.statusText,
    detail: text(document.detail),
    requestId: text(document.request_id) ?? response.headers.get('x-request-id') ?? undefined,
    errors: fieldErrors(document.errors),
    conflicts: takenSlots(document.conflicts),
    bookings: bookingsInTheWay(document.bookings),
    retryAfterSeconds: retryAfterSeconds(response.headers.get('retry-after')),
  });
}

/** Turns whatever was thrown into a Problem, so that every page shows errors in one way. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new Problem({ status: 0, code: REQUEST_TIMED_OUT });
  }
  if (error instanceof TypeError) return new Problem({ status: 0, code: NETWORK_UNREACHABLE });
  return new Problem({
    status: 0,
    code: 'client_error',
    detail: error instanceof Error ? error.message : String(error),
  });
}
