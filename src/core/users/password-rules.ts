import type { Problems } from '../problems.ts'

const LENGTH_MIN = 12
/** Hashing a password takes longer the longer it is. */
export const PASSWORD_LENGTH_MAX = 1000
const DISTINCT_MIN = 5
/** What is left of a password without the names that others know of its owner. */
const REST_LENGTH_MIN = 8
const NAME_LENGTH_MIN = 4

/** Those of the ten thousand commonest passwords that are long enough. */
const COMMON: ReadonlySet<string> = new Set(
  (
    '112233445566 123456654321 123456789123 123456789987654321 123456789abc 123456789qwe 123456789qwerty ' +
    '123456qwerty 123qweasdzxc 1q2w3e4r5t6y 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc 23176djivanfros ' +
    'admin18533362 businessbabe chickenwing101 contortionist counterstrike dkflbvbhjdbx dkflbvbhjdyf ' +
    'domainlock2005 finalfantasy fkmnthyfnbdf flvbybcnhfnjh gfhjkmgfhjkm ghbdtnrfrltkf ghhh47hj7649 ' +
    'ghjcnjgfhjkm ghjcnjghjcnj hd764nw5d7e1vb1 justinbieber leavemealone mailcreated5240 masterbaiting ' +
    'masterbating masturbation maurolarastefy momsanaladventure needforspeed newproject2004 polniypizdec0211 ' +
    'pornographic q1w2e3r4t5y6 qazwsxedc123 qazwsxedcrfv qazwsxedcrfvtgb qweasdzxc123 qwerasdfzxcv ' +
    'qwerty123456 sojdlg123aljg sonyericsson vfvfvskfhfve websolutions zaq1xsw2cde3 zxcasdqwe123'
  ).split(' '),
)

/** Runs that people type instead of thinking of a password. */
const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789012345678901234567890',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
].flatMap((run) => [run, [...run].reverse().join('')])

/** How a password falls short; undefined for one that may be taken. */
export function faultOfPassword(
  password: string,
  names: readonly string[],
): 'value_is_too_short' | 'value_is_too_long' | 'password_is_common' | undefined {
  const length = [...password.normalize('NFKC')].length
  if (length < LENGTH_MIN) return 'value_is_too_short'
  if (length > PASSWORD_LENGTH_MAX) return 'value_is_too_long'
  return isCommon(password.normalize('NFKC').toLowerCase(), names) ? 'password_is_common' : undefined
}

/**
 * Adds to `problems` what is wrong with a new password: shorter than twelve characters, among the commonest, or made of
 * the names of its owner (`names`: the address, the organization).
 */
export function checkPassword(password: string, names: readonly string[], problems: Problems): void {
  const fault = faultOfPassword(password, names)
  if (fault !== undefined) problems.add('password', fault)
}

function isCommon(password: string, names: readonly string[]): boolean {
  if (COMMON.has(password) || new Set(password).size < DISTINCT_MIN) return true
  // One short text again and again.
  if (/^(.{1,8}?)\1+$/s.test(password)) return true
  return RUNS.some((run) => run.includes(password)) || isMadeOf(password, names)
}

function isMadeOf(password: string, names: readonly string[]): boolean {
  const words = ['password', 'weir', ...names.flatMap((name) => name.toLowerCase().split(/[^\p{L}\p{N}]+/u))]
  const known = [...new Set(words)].filter((word) => word.length >= NAME_LENGTH_MIN)
  const rest = known
    .sort((a, b) => b.length - a.length)
    .reduce((left, word) => left.replaceAll(word, ''), password)
  return rest !== password && rest.replace(/[^\p{L}\p{N}]/gu, '').length < REST_LENGTH_MIN
}
