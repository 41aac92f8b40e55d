import { expect, it } from 'vitest'
import { noAnswerWords } from './no-answer.ts'

it.each([
  'http://localhost:4000/hooks',
  'http://10.1.2.3',
  'http://172.20.0.1/x',
  'http://[::1]:80',
  'http://a.local',
])('tells what lets Weir call %s', (url) =>
  expect(noAnswerWords(url)).toContain('WEIR_ALLOW_PRIVATE_WEBHOOKS=true'),
)

it('tells what is wrong with an address that anybody may call', () => {
  for (const url of ['https://hooks.example.com/x', 'https://localhost.example.com', 'http://172.32.0.1']) {
    expect(noAnswerWords(url)).toMatch(/ gave no answer. It cannot be reached/)
  }
})
