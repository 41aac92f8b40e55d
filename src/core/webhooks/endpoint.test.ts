import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accepted } from '../refusal.ts'
import { type EndpointFields, readEndpoint } from './endpoint.ts'

const URL_OK = 'https://hooks.example.com/a'

function refusalOf(input: Record<string, unknown>, current: EndpointFields | null = null): unknown {
  const outcome = readEndpoint(input, current)
  return !outcome.ok && outcome.problem.kind === 'invalid' ? outcome.problem.details : null
}

describe('the fields of a webhook endpoint', () => {
  it('have defaults: signed by JWT, no name, every type', () => {
    expect(accepted(readEndpoint({ webhook_url: ` ${URL_OK} ` }, null))).toEqual({
      webhookUrl: URL_OK,
      signatureAlgo: 'jwt',
      name: null,
      eventTypes: null,
    })
  })

  it('keep on an update what is not mentioned', () => {
    const current = { webhookUrl: URL_OK, signatureAlgo: 'hmac', name: 'n', eventTypes: [] } as const
    expect(accepted(readEndpoint({}, current))).toEqual(current)
    expect(accepted(readEndpoint({ event_types: null, name: null }, current))).toEqual({
      ...current,
      name: null,
      eventTypes: null,
    })
  })

  it.each([
    [['*'], null],
    [[' * '], null],
    [[], []],
    [[' Invoice.Created '], ['invoice.created']],
    [['plan.created', 'PLAN.created'], ['plan.created']],
    [['credit_note.refund_failure'], ['credit_note.provider_refund_failure']],
  ])('event types %j mean %j', (given, kept) => {
    expect(accepted(readEndpoint({ webhook_url: URL_OK, event_types: given }, null)).eventTypes).toEqual(kept)
  })

  it.each([
    ['wrong', ['must_be_array']],
    [{}, ['must_be_array']],
    [['wrong.type', 'plan.created', 'b'], ['contains invalid types: ["wrong.type", "b"]']],
    [['*', 'plan.created'], ['contains invalid types: ["*"]']],
    [[1, null], ['contains invalid types: [1, null]']],
  ])('event types %j are refused', (given, codes) => {
    expect(refusalOf({ webhook_url: URL_OK, event_types: given })).toEqual({ event_types: codes })
  })

  it.each([
    [undefined, 'value_is_mandatory'],
    [null, 'value_is_mandatory'],
    ['', 'value_is_mandatory'],
    ['ftp://example.com', 'url_is_invalid'],
    ['http:example.com', 'url_is_invalid'],
    ['http://', 'url_is_invalid'],
    ['http:///path', 'url_is_invalid'],
    ['http://exa mple.com', 'url_is_invalid'],
    ['not a url', 'url_is_invalid'],
    [12, 'url_is_invalid'],
    [[URL_OK], 'url_is_invalid'],
    [`https://example.com/${'é'.repeat(1100)}`, 'value_is_too_long'],
  ])('the URL %j is refused', (url, code) => {
    expect(refusalOf({ webhook_url: url })).toEqual({ webhook_url: [code] })
  })

  it('refuses another algorithm and a name that is no text', () => {
    expect(refusalOf({ webhook_url: URL_OK, signature_algo: 'md5', name: 1 })).toEqual({
      signature_algo: ['value_is_invalid'],
      name: ['value_is_invalid'],
    })
  })

  it('never meets a JSON value with anything but fields or a 422', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        (url, algo, name, types) => {
          const input = { webhook_url: url, signature_algo: algo, name, event_types: types }
          expect(() => refusalOf(input)).not.toThrow()
        },
      ),
    )
  })
})
