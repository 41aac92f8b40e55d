// Loaded into a server by NODE_OPTIONS: its clock is ahead by as many milliseconds as the file WEIR_TEST_SHIFT says.
import { readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 200
const real = Date.now.bind(Date)
let shift = 0
let lookedAt = 0

Date.now = () => {
  const now = real()
  if (now - lookedAt > LOOK_EVERY_MS) {
    lookedAt = now
    shift = Number(readFileSync(process.env.WEIR_TEST_SHIFT, 'utf8'))
  }
  return now + shift
}
