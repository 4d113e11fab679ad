using System.Text;
using System.Text.Json;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Worker.Tests.Datasets.Generated;
using AsyncStack.Worker.Tests.Datasets.Normalize;
using CsvHelper;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncStack.Worker.Tests.Datasets.Reading;

/// <summary>CsvHelper, which is not ours, as writer of what we read and reader of what we write.</summary>
public sealed class CsvHelperTests
{
    private static readonly string[] Missing = ["", "NA"];

    [Fact]
    public void Table_that_CsvHelper_wrote_reads_back_the_same() => Claim.Holds(
        Given(rows: 30),
        Smaller,
        times: 300,
        async given => Assert.Equal(
            given.Table, await MemoryDataset.ReadAsync(Encoding.UTF8.GetBytes(Write(given)), given.Cutting.Options, given.Cutting.AtMost)));

    [Fact]
    public void Table_that_normalize_wrote_reads_back_with_CsvHelper()
    {
        using var engine = new NormalizedTable();
        Claim.Holds(
            from given in Given(rows: 20)
            from constant in Tables.Text.Where(text => text.Length > 0)
            select (Given: given, Constant: constant),
            given => [.. Smaller(given.Given).Select(smaller => given with { Given = smaller }), (given.Given, "x")],
            times: 200,
            async given =>
            {
                var fill = new FillNullsParams(NormalizeParams.Constant, Value: JsonSerializer.SerializeToElement(given.Constant));
                var types = new string('s', given.Given.Table[0].Length);

                var written = await engine.RunAsync(
                    Write(given.Given), types, new NormalizeParams(FillNulls: fill), cancellationToken: TestContext.Current.CancellationToken);

                var expected = given.Given.Table.Select(row => Array.ConvertAll(row, cell => Missing.Contains(cell) ? given.Constant : cell));
                Assert.Equal(expected.Prepend(Header(given.Given.Table)), Read(written, given.Given.Delimiter));
            });
    }

    // One column has no delimiter to be found by.
    private static Gen<(string[][] Table, char Delimiter, string LineEnd, bool QuotesAll, Cutting Cutting)> Given(int rows) =>
        from table in Tables.UpTo(rows, columns: 6, leastColumns: 2)
        from delimiter in Gen.Elements(',', ';', '\t', '|')
        from end in Gen.Elements("\n", "\r\n", "\r")
        from all in Gen.Elements(true, false)
        from cutting in Cutting.Any
        select (table, delimiter, end, all, cutting);

    private static IEnumerable<(string[][] Table, char Delimiter, string LineEnd, bool QuotesAll, Cutting Cutting)> Smaller(
        (string[][] Table, char Delimiter, string LineEnd, bool QuotesAll, Cutting Cutting) given) =>
    [
        .. Tables.Smaller(given.Table, leastColumns: 2).Select(smaller => given with { Table = smaller }),
        .. given.Cutting.Coarser().Select(coarser => given with { Cutting = coarser }),
    ];

    private static string[] Header(string[][] table) => [.. Enumerable.Range(0, table[0].Length).Select(i => $"column{i}")];

    private static string Write((string[][] Table, char Delimiter, string LineEnd, bool QuotesAll, Cutting Cutting) given)
    {
        using var text = new StringWriter();
        var options = new CsvWriterOptions
        {
            Separator = given.Delimiter, NewLine = given.LineEnd, Quoting = given.QuotesAll ? CsvQuoting.Always : CsvQuoting.WhenNeeded,
        };
        using (var writer = CsvWriter.Create(text, options))
        {
            foreach (var row in given.Table.Prepend(Header(given.Table)))
            {
                Array.ForEach(row, writer.WriteField);
                writer.EndRecord();
            }
        }

        return text.ToString();
    }

    private static List<string[]> Read(string text, char delimiter)
    {
        var options = new CsvReaderOptions
        {
            Separator = delimiter, HasHeader = false, MalformedData = CsvMalformedDataHandling.Throw, FieldCountMismatch = CsvFieldCountHandling.Throw,
        };
        using var reader = CsvReader.FromText(text, options);
        var rows = new List<string[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        return rows;
    }
}
