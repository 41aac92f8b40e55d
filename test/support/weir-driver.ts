// Runs the command line from its source, for the boot tests.
import { main } from '../../src/cli/main.ts'

await main(process.argv)
