import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const texts = /\.(js|css|html|svg|json)$/
const smallest = 1024
const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)

/** Lays a .br and a .gz beside each text file that is built, so that the server compresses nothing itself. */
export function compressed(): Plugin {
  let folder = ''
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: config => { folder = resolve(config.root, config.build.outDir) },
    async closeBundle() {
      const names = await readdir(folder, { recursive: true })
      await Promise.all(names.filter(name => texts.test(name)).map(async name => {
        const file = join(folder, name)
        const content = await readFile(file)
        if (content.length < smallest) return
        await writeFile(`${file}.br`, await brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }))
        await writeFile(`${file}.gz`, await gzipped(content, { level: 9 }))
      }))
    },
  }
}
