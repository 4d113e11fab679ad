import { expect, test } from 'vitest'
import { bulkFilter, readable } from './letters'

test('A JSON body is shown as such', () => expect(readable({ body: '{"a":1}', body_encoding: 'text' })).toEqual({ value: { a: 1 }, note: null }))
test('A body that is no JSON is shown as text', () => expect(readable({ body: '{a', body_encoding: 'text' })).toEqual({ value: '{a', note: null }))
test('Bytes are told by their number', () => expect(readable({ body: 'AAEC/w==', body_encoding: 'base64' }).note).toContain('4 of them'))
test('An empty filter is none', () => expect(bulkFilter({ queue: '', text: undefined })).toBeNull())
test('A filter holds what was filled in', () => expect(bulkFilter({ queue: 'q', redriven: 'false' })).toEqual({ queue: 'q', redriven: false }))
