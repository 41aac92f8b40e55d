import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { isEmptyTopUp, type TopUpTerms, type TopUpWallet, topUpCredits } from './top-up-amounts.ts'

type Texts = { readonly [key: string]: string | boolean }

function termsOf(texts: Texts): TopUpTerms {
  const of = (key: string) => Decimal.of(String(texts[key] ?? '0'))
  return {
    trigger: texts.trigger === 'interval' ? 'interval' : 'threshold',
    method: texts.G === undefined ? 'fixed' : 'target',
    thresholdCredits: of('T'),
    paidCredits: of('P'),
    grantedCredits: of('F'),
    targetOngoingBalance: texts.G === undefined ? null : of('G'),
    grantsTargetTopUp: texts.grants === true,
    ignorePaidTopUpLimits: texts.ignores === true,
  }
}

function walletOf(texts: Texts): TopUpWallet {
  const of = (key: string) => (texts[key] === undefined ? null : Decimal.of(String(texts[key])))
  return {
    ongoingCredits: of('b') ?? Decimal.zero,
    pendingCredits: of('q') ?? Decimal.zero,
    minCredits: of('min'),
    maxCredits: of('max'),
  }
}

const creditsOf = (texts: Texts) => {
  const { paid, granted } = topUpCredits(termsOf(texts), walletOf(texts))
  return [paid.toString(), granted.toString()]
}

describe('topUpCredits', () => {
  it.each<[string, Texts, string, string]>([
    ['far below: several packs', { T: '10', P: '50', b: '-429.8' }, '450', '0'],
    ['a gap of 60', { T: '10', P: '50', b: '-50' }, '100', '0'],
    ['a gap of 110', { T: '10', P: '50', b: '-100' }, '150', '0'],
    ['a gap of exactly two packs', { T: '10', P: '50', b: '-90' }, '150', '0'],
    ['a gap of exactly one pack', { T: '10', P: '50', b: '-40' }, '100', '0'],
    ['a gap just below one pack', { T: '10', P: '50', b: '-39.99999' }, '50', '0'],
    ['pending credits count', { T: '10', P: '50', b: '-429.8', q: '50' }, '400', '0'],
    ['granted credits count', { T: '10', P: '50', F: '50', b: '-429.8' }, '400', '50'],
    ['the maximum bounds it', { T: '10', P: '50', b: '-429.8', max: '100' }, '100', '0'],
    ['unless limits are ignored', { T: '10', P: '50', b: '-429.8', max: '100', ignores: true }, '450', '0'],
    ['an interval adds one pack', { trigger: 'interval', T: '10', P: '50', b: '-429.8' }, '50', '0'],
    ['both kinds', { T: '6', P: '10', F: '3', b: '5.5' }, '10', '3'],
    ['only grants', { T: '10', F: '3', b: '-100' }, '0', '3'],
    ['the minimum raises the gap', { G: '101', b: '100', min: '50' }, '50', '0'],
    ['the minimum is ignored', { G: '101', b: '100', min: '50', ignores: true }, '1', '0'],
    ['the maximum does not matter to a target', { G: '500', b: '100', max: '50' }, '400', '0'],
    ['a target that is reached', { G: '100', b: '100', min: '50' }, '0', '0'],
    ['a target is sold', { G: '10', b: '4', min: '50' }, '50', '0'],
    ['a target is granted without limits', { G: '10', b: '4', min: '50', grants: true }, '0', '6'],
    ['a target that is passed grants nothing', { G: '10', b: '11', grants: true }, '0', '0'],
    ['an interval fills up to a target too', { trigger: 'interval', G: '10', b: '-2' }, '12', '0'],
    ['no more than five decimals', { G: '10', b: '3.3333333' }, '6.66666', '0'],
  ])('%s', (_, texts, paid, granted) => {
    expect(creditsOf(texts)).toEqual([paid, granted])
  })

  it('is empty when it adds nothing', () => {
    const credits = (paid: string, granted: string) => ({
      paid: Decimal.of(paid),
      granted: Decimal.of(granted),
    })
    expect(isEmptyTopUp(credits('0', '0'))).toBe(true)
    expect(isEmptyTopUp(credits('1', '0'))).toBe(false)
    expect(isEmptyTopUp(credits('0', '1'))).toBe(false)
  })
})
