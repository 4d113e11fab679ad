using System.Text;
using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Tests.Datasets.Generated;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncStack.Worker.Tests.Datasets.Reading;

public sealed class JsonReadingTests
{
    [Fact]
    public void Any_table_reads_back_the_same_as_an_array_and_as_lines_however_it_is_split() => Claim.Holds(
        from table in Tables.UpTo(rows: 30, columns: 5)
        from lines in Gen.Elements(true, false)
        from cutting in Cutting.Any
        select (Table: table, Lines: lines, Cutting: cutting),
        given =>
        [
            .. Tables.Smaller(given.Table).Select(smaller => given with { Table = smaller }),
            .. given.Cutting.Coarser().Select(coarser => given with { Cutting = coarser }),
        ],
        times: 300,
        async given => Assert.Equal(
            given.Table, await ReadAsync(Write(given.Table, given.Lines), given.Cutting.Options, given.Cutting.AtMost)));

    [Fact]
    public async Task Columns_are_all_names_in_order_of_first_appearance_and_absent_ones_are_missing() =>
        Assert.Equal(
            [["1", "", ""], ["", "x", ""], ["", "", "true"]],
            await ReadAsync("""{"a":1}""" + "\n" + """{"b":"x","a":null}""" + "\n" + """{"c":true}"""));

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("[]", "The file has no rows with values.")]
    [InlineData("[{}]", "The file has no rows with values.")]
    [InlineData("7", "Line 1, column 1: there must be an array of objects, or one object a line, and nothing else.")]
    [InlineData("[[1]]", "Line 1, column 2: there must be an array of objects, or one object a line, and nothing else.")]
    [InlineData("[{\"a\":1}]\n[{\"a\":2}]", "Line 2, column 1: there must be an array of objects, or one object a line, and nothing else.")]
    [InlineData("{\"a\":1}\n{\"a\":{\"b\":2}}", "Line 2, column 6: a value is an object or array; rows must be flat, so flatten it first.")]
    [InlineData("{\"a\":1}\n{\"a\":[2]}", "Line 2, column 6: a value is an object or array; rows must be flat, so flatten it first.")]
    [InlineData("[{\"a\":1},\n{\"a\":", "Line 2, column 6: the JSON is malformed or ends too early.")]
    [InlineData("{\"a\":1}\n{'a':1}", "Line 2, column 2: the JSON is malformed or ends too early.")]
    [InlineData("{\"a\":01}", "Line 1, column 7: the JSON is malformed or ends too early.")]
    [InlineData("[{\"a\":1}", "Line 1, column 9: the JSON is malformed or ends too early.")]
    public async Task Bad_JSON_is_told_by_line_and_column(string text, string message)
    {
        var failure = await Assert.ThrowsAsync<DatasetFormatException>(() => ReadAsync(text));
        Assert.Equal(message, failure.Message);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        var bytes = "{\"a\":\"x"u8.ToArray().Append((byte)0xC3).Concat("\"}"u8.ToArray()).ToArray();
        var failure = await Assert.ThrowsAsync<DatasetFormatException>(() => MemoryDataset.ReadAsync(bytes, format: DatasetFormat.Json));
        Assert.Contains("UTF-8", failure.Message, StringComparison.Ordinal);
    }

    private static Task<List<string[]>> ReadAsync(string text, DatasetReadOptions? options = null, int atMost = int.MaxValue) =>
        MemoryDataset.ReadAsync(Encoding.UTF8.GetBytes(text), options, atMost, format: DatasetFormat.Json);

    private static string Write(string[][] table, bool lines)
    {
        var objects = table.Select(row => JsonSerializer.Serialize(row.Select((v, i) => (v, i)).ToDictionary(c => $"c{c.i}", c => c.v)));
        return lines ? string.Join('\n', objects) + "\n" : "[" + string.Join(",\n", objects) + "]";
    }
}
