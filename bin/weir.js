#!/usr/bin/env node
import { existsSync } from 'node:fs'
import module from 'node:module'

const main = new URL('../dist/server/main.js', import.meta.url)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Weir needs Node 20.19 or later; this is ${process.versions.node}.`)
  process.exitCode = 1
} else if (!existsSync(main)) {
  console.error('Weir is not built yet: run npm run build, or npm start, which does both.')
  process.exitCode = 1
} else {
  module.enableCompileCache?.() // Node 22 and later: the second start compiles nothing
  const { main: run } = await import(main.href)
  await run(process.argv)
}
