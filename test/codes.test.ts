import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  CONFLICT_CODES,
  FIELD_CODES,
  FORBIDDEN_CODES,
  GONE_CODES,
  NOT_ALLOWED_CODES,
  NOT_FOUND_CODES,
  OTHER_CODES,
  UNAUTHORIZED_CODES,
} from '../src/core/codes.ts'

const SOURCES = path.join(path.dirname(fileURLToPath(import.meta.url)), '../src')
const CATALOGUE = 'core/codes.ts'

const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== CATALOGUE)
  .map((name) => ({ name, text: readFileSync(path.join(SOURCES, name), 'utf8') }))

function isUsed(pattern: RegExp): boolean {
  return sources.some(({ text }) => pattern.test(text))
}

/** Files that match a pattern, with the matches. */
function found(pattern: RegExp): string[] {
  return sources.flatMap(({ name, text }) =>
    [...text.matchAll(pattern)].map(([match]) => `${name}: ${match}`),
  )
}

// The types in src/core/problems.ts ensure that no other code is returned; this tests what types cannot see.
describe('the catalogue of codes', () => {
  it('has no code on a field that nothing refuses with', () => {
    expect(Object.keys(FIELD_CODES).filter((code) => !isUsed(new RegExp(`'${code}'`)))).toEqual([])
  })

  it('has no 404 that nothing answers', () => {
    const isSaid = (code: string) =>
      isUsed(new RegExp(`'${code}'|(?:notFound|missing)\\('${code.replace(/_not_found$/, '')}'\\)`)) ||
      isUsed(new RegExp(`idOf\\([^)]*'${code.replace(/_not_found$/, '')}'\\)`))
    expect(Object.keys(NOT_FOUND_CODES).filter((code) => !isSaid(code))).toEqual([])
  })

  it.each([
    ['401', 'unauthorized', UNAUTHORIZED_CODES],
    ['405', 'notAllowed|not_allowed', NOT_ALLOWED_CODES],
    ['409', 'conflict', CONFLICT_CODES],
    ['403', 'forbidden', FORBIDDEN_CODES],
    ['410', 'gone', GONE_CODES],
  ])('has no %s that nothing answers', (_status, thrower, codes) => {
    const isSaid = (code: string) =>
      isUsed(new RegExp(`(?:${thrower})\\('${code}'\\)|kind: '(?:${thrower})', code: '${code}'`))
    expect(Object.keys(codes).filter((code) => !isSaid(code))).toEqual([])
  })

  it('has the status of each code that is no refusal', () => {
    for (const [code, status] of Object.entries(OTHER_CODES)) {
      const own = sources.filter(({ text }) => text.includes(`code: '${code}'`))
      expect([code, own.map(({ name }) => name)]).toEqual([code, ['api/errors.ts']])
      expect([code, new RegExp(`(?:status: |, |\\[)${status}\\b`).test(own[0]?.text ?? '')]).toEqual([
        code,
        true,
      ])
    }
  })

  it('cannot be bypassed with a cast or a hand-written response', () => {
    expect(
      found(/\bas (?:FieldCode|NotFoundCode|NotAllowedCode|ConflictCode|ForbiddenCode|FieldErrors)\b/g),
    ).toEqual([])
    const answers = found(/\.send\(\{[^}]*\bcode: '[^']*'/g)
    expect(answers.filter((each) => !each.startsWith('api/errors.ts: '))).toEqual([])
  })
})
