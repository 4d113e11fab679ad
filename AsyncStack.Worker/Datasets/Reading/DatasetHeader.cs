using AsyncStack.Core.Datasets;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>How the file is written, found from its first bytes.</summary>
/// <param name="Delimiter">Between cells: <c>,</c> <c>;</c> tab or <c>|</c>. For JSON <c>,</c>, by which <see cref="RowBlock"/> gives its rows.</param>
/// <param name="Encoding">The encoding's name, <c>utf-8</c> or <c>utf-8-sig</c> with a byte order mark.</param>
/// <param name="Bom">Whether the file begins with a byte order mark.</param>
/// <param name="Gzip">Whether the file is compressed.</param>
/// <param name="NewLine">The end of the header's line, <c>\n</c>, <c>\r\n</c> or <c>\r</c>; <c>\n</c> for JSON.</param>
/// <param name="Format">What the bytes are, once decompressed.</param>
internal sealed record Dialect(byte Delimiter, string Encoding, bool Bom, bool Gzip, string NewLine, DatasetFormat Format);

/// <summary>What is known before the first row.</summary>
/// <param name="Dialect">How the file is written.</param>
/// <param name="Columns">Names in order; unique; an empty one reads as pandas' <c>Unnamed: n</c>, n from 0.</param>
/// <param name="RawLine">The header's bytes as in the file without byte order mark and line end; for JSON the same written as CSV.</param>
internal sealed record DatasetHeader(Dialect Dialect, IReadOnlyList<string> Columns, ReadOnlyMemory<byte> RawLine);
