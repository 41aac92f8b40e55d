// Bundles the server into dist/server.
import { join } from 'node:path'
import { bundle } from './bundle.mjs'

await bundle('src/cli/main.ts', join(import.meta.dirname, '../dist/server'))
