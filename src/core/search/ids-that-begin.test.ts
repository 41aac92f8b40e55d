import { describe, expect, it } from 'vitest'
import { idsThatBegin } from './ids-that-begin.ts'

describe('the ids that begin with a text', () => {
  it.each([
    ['01A2307f', '01a2307f-0000-0000-0000-000000000000', '01a2307f-ffff-ffff-ffff-ffffffffffff'],
    ['01a2307f-', '01a2307f-0000-0000-0000-000000000000', '01a2307f-ffff-ffff-ffff-ffffffffffff'],
    ['01a2307f-b99e-7', '01a2307f-b99e-7000-0000-000000000000', '01a2307f-b99e-7fff-ffff-ffffffffffff'],
    [
      '01a2307f-b99e-7000-8034-4f649f7a85ef',
      '01a2307f-b99e-7000-8034-4f649f7a85ef',
      '01a2307f-b99e-7000-8034-4f649f7a85ef',
    ],
  ])('%s', (text, first, last) => {
    expect(idsThatBegin(text)).toEqual({ first, last })
  })

  it.each([
    '',
    '50000',
    '01a2307',
    '01a2307fb99e',
    '01a2307-fb99e',
    '4f649f7a85eg',
    '01a2307f-b99e-7000-8034-4f649f7a85ef0',
    '01a2307f-b99e-7000-80344f649f7a85efa',
    '%1a2307f',
    '01a2307f ',
  ])('are none for “%s”', (text) => {
    expect(idsThatBegin(text)).toBeUndefined()
  })
})
