// Bundles the process of a simulated server into dist/simulation: from its sources, each start would compile them.
import { join } from 'node:path'
import { bundle } from '../../scripts/bundle.mjs'

await bundle('test/simulation/child.ts', join(import.meta.dirname, '../../dist/simulation'))
