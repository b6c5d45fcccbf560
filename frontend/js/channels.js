/** The ways to the people who are told: what they are called, how the last notice went, how to tell whether one is ours. Pure. */

import { stamp } from './time.js';

/** Kinds of channels as the API calls them: what each is called, and what its target is. */
// prettier-ignore
export const KINDS = {
  email: { name: 'E-mail', target: 'Address', example: 'ops@example.com', mode: 'email' },
  webhook: { name: 'Webhook', target: 'https URL', example: 'https://hooks.example.com/ssl', mode: 'url' },
  slack: { name: 'Slack', target: 'Incoming webhook’s URL', example: 'https://hooks.slack.com/services/…', mode: 'url' },
  sns: { name: 'SNS topic', target: 'ARN', example: 'arn:aws:sns:us-east-1:123456789012:ssl', mode: 'text' },
};
export const kindName = (kind) => KINDS[kind]?.name ?? kind;

/** When people are told that a certificate ends, in words. */
const STAGES = {
  renew: 'first reminder, time to renew',
  soon: 'second reminder',
  urgent: 'last reminder',
  expired: 'it has expired',
  overdue: 'it expired a day ago',
};
export const stageName = (stage) => STAGES[stage] ?? stage;

const NEWS = {
  expiry: 'Expiry',
  test: 'Test',
  domain: 'Domain changed',
  distrust: 'Trust lost',
  moved: 'Name moved',
  surge: 'Surge announced',
};

/** What a delivery told. */
export const news = ({ kind, stage }) => `${NEWS[kind] ?? kind}${stage ? `: ${stageName(stage)}` : ''}`;

const STATES = { delivered: ['ok', 'Delivered'], failed: ['bad', 'Given up'], dropped: ['idle', 'Not sent'] };

/** How a delivery goes: {is, word, why}, `why` being when it is tried next. */
export function deliveryState({ kind, state, attempts, next_attempt_at: next }, now) {
  if (kind === 'test' && state === 'failed') return { is: 'bad', word: 'Failed', why: '' }; // it is tried once
  const [is, word] = STATES[state] ?? ['wait', attempts.length ? 'To be tried again' : 'On its way'];
  return { is, word, why: !STATES[state] && attempts.length && next ? `Next at ${stamp(next, now)} UTC.` : '' };
}

/** How a channel is: {is, word, why}, by the last of the deliveries (the latest first) that went through it. */
export function channelState(channel, deliveries, now) {
  const last = deliveries.find(
    (each) => each.channel.id === channel.id && each.attempts.length && each.state !== 'dropped',
  );
  const tried = last && `${news(last)}, ${stamp(last.attempts.at(-1).at, now)} UTC. ${last.attempts.at(-1).outcome}`;
  if (channel.failing)
    return { is: 'bad', word: 'Cannot be reached', why: last?.state === 'failed' ? tried : channel.failing };
  if (!last) return { is: 'idle', word: channel.app ? 'Nothing sent yet' : 'Nothing sent of this app yet', why: '' };
  const { is, word, why } = deliveryState(last, now);
  return { is, word, why: [tried, why].filter(Boolean).join(' ') };
}

/** How a receiver of a webhook tells that a notice is ours, as Standard Webhooks says; in Python. */
export const VERIFY = `import base64, hashlib, hmac, time

def is_genuine(secret, headers, body):  # body: the bytes as they came
    key = base64.b64decode(secret.removeprefix("whsec_"))
    sent = headers["webhook-timestamp"]
    signed = f"{headers['webhook-id']}.{sent}.".encode() + body
    mac = base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    is_fresh = abs(time.time() - int(sent)) < 300
    return is_fresh and hmac.compare_digest(
        "v1," + mac.decode(), headers["webhook-signature"])`;
