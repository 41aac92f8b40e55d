import { describe, expect, it } from 'vitest'
import { faultOfPassword } from './password-rules.ts'

const NAMES = ['ada.lovelace@analytical.example', 'Analytical Engines']

describe('a new password', () => {
  it.each([
    ['elevenchars', 'value_is_too_short'],
    ['ππππππππππ', 'value_is_too_short'],
    ['x'.repeat(1001), 'value_is_too_long'],
    ['1q2w3e4r5t6y', 'password_is_common'],
    ['SonyEricsson', 'password_is_common'],
    ['aaaaaaaabbbb', 'password_is_common'],
    ['monkeymonkey', 'password_is_common'],
    ['Password1234', 'password_is_common'],
    ['123456789012', 'password_is_common'],
    ['mnbvcxzlkjhgfdsa', 'password_is_common'],
    ['Lovelace2026', 'password_is_common'],
    ['analytical-ada', 'password_is_common'],
    ['weirweir-2026', 'password_is_common'],
  ])('%s has the fault %s', (password, fault) => {
    expect(faultOfPassword(password, NAMES)).toBe(fault)
  })

  it.each([
    'correct horse battery staple',
    'tR8!kd02mZq_',
    'vier mal sieben',
    'πäßwörter-für-mich',
    'lovelace met babbage',
  ])('%s may be taken', (password) => {
    expect(faultOfPassword(password, NAMES)).toBeUndefined()
  })
})
