import { Type } from 'typebox'
import { dateTime, words } from './common.ts'

const tags = ['test_clock']
const response = {
  200: Type.Object({
    test_clock: Type.Object({
      now: dateTime,
      status: words('ready', 'advancing', 'failed'),
      error: Type.Optional(Type.String({ description: 'Why it failed.' })),
    }),
  }),
}

/** The clock of a sandbox organization. */
export const testClockSchemas = {
  show: { tags, summary: 'Retrieve the clock', response },
  move: {
    tags,
    summary: 'Move the clock forward and process everything that falls due on the way',
    body: Type.Object({ test_clock: Type.Object({ now: dateTime }) }),
    response,
  },
}
