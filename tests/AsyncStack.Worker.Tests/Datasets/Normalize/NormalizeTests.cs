using System.Text.Json;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Worker.Datasets;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Tests.Datasets.Normalize;

/// <summary>The numbers are what pandas gives for the same steps.</summary>
public sealed class NormalizeTests : IDisposable
{
    private readonly NormalizedTable _table = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Without_steps_the_table_stays_as_it_is() =>
        AssertAsync("a,b\n1,\"x,\"\"y\"\"\"\nNA,\n", "is", new(), "a,b\n1,\"x,\"\"y\"\"\"\nNA,\n");

    [Fact]
    public Task Median_fills_missing_cells_and_no_others() =>
        AssertAsync("a,b\n1.50,\n,x\n2.0,y\n4e0,NA\nNaN,z\n", "ns", Fill("median", "a"), "a,b\n1.50,\n2.0,x\n2.0,y\n4e0,NA\n2.0,z\n");

    [Fact]
    public Task Mean_fills_with_as_many_digits_as_read_back_the_same() =>
        AssertAsync("a\n1\n2\n\"\"\n4\n", "i", Fill("mean", "a"), "a\n1\n2\n2.3333333333333335\n4\n");

    [Theory]
    [InlineData("1", "a,b\n1.0,x\n2,1\n")]
    [InlineData("0.5", "a,b\n0.5,x\n2,0.5\n")]
    [InlineData("\"no; thing\"", "a,b\nno; thing,x\n2,no; thing\n")]
    [InlineData("\"a \\\"b\\\", c\"", "a,b\n\"a \"\"b\"\", c\",x\n2,\"a \"\"b\"\", c\"\n")]
    [InlineData("true", "a,b\nTrue,x\n2,True\n")]
    public Task A_constant_fills_every_column_when_none_is_named(string value, string expected) =>
        AssertAsync("a,b\n,x\n2,\n", "is", new(FillNulls: new("constant", Value: JsonElement.Parse(value))), expected);

    [Fact]
    public Task Median_without_columns_fills_the_number_columns() =>
        AssertAsync("a,b,c\n1,,x\n,2.5,\n", "ins", new(FillNulls: new("median")), "a,b,c\n1,2.5,x\n1.0,2.5,\n");

    [Fact]
    public Task A_column_without_any_value_cannot_be_filled_with_its_median() =>
        AssertAsync("a,b\n,1\n,2\n", "nn", Fill("median", "a"), "a,b\n,1\n,2\n");

    [Fact]
    public Task Min_max_brings_numbers_between_0_and_1_and_leaves_missing_ones() =>
        AssertAsync("a,b\n1,x\n2,y\nNA,z\n4,\n", "is", Scale("minmax", "a"), "a,b\n0.0,x\n0.3333333333333333,y\nNA,z\n1.0,\n");

    [Fact]
    public Task Min_max_leaves_a_constant_column_byte_for_byte() =>
        AssertAsync("a,b\n3.00,1\n,2\n3,3\n", "nn", Scale("minmax", "a"), "a,b\n3.00,1\n,2\n3,3\n");

    [Fact]
    public Task Z_score_divides_by_the_deviation_of_a_sample() =>
        AssertAsync(
            "a\n1\n2\n3\n4\n",
            "i",
            Scale("zscore", "a"),
            "a\n-1.161895003862225\n-0.3872983346207417\n0.3872983346207417\n1.161895003862225\n");

    [Theory]
    [InlineData("a\n0.1\n0.1\n0.1\n", "a\n\"\"\n\"\"\n\"\"\n")]
    [InlineData("a\n7\n", "a\n\"\"\n")]
    public Task Z_score_of_equal_numbers_is_missing_as_0_divided_by_0_is(string csv, string expected) =>
        AssertAsync(csv, "n", Scale("zscore", "a"), expected);

    [Fact]
    public Task The_first_of_equal_rows_stays_and_numbers_are_equal_by_value() =>
        AssertAsync("a,b\n1.0,x\n1.00,x\n2,\n1,y\n2.0,NA\n", "ns", new(DropDuplicates: new()), "a,b\n1.0,x\n2,\n1,y\n");

    [Theory]
    [InlineData(Keep.First, "a,b\n1,x\n2,y\n3,z\n")]
    [InlineData(Keep.Last, "a,b\n1,w\n2,y\n3,v\n")]
    [InlineData(Keep.None, "a,b\n2,y\n")]
    public Task Keep_says_which_of_equal_rows_stays(Keep keep, string expected) =>
        AssertAsync("a,b\n1,x\n1,w\n2,y\n3,z\n3,v\n", "is", new(DropDuplicates: new(["a"], keep)), expected);

    [Fact]
    public async Task Each_step_counts_the_table_as_the_one_before_left_it()
    {
        var steps = new NormalizeParams(new(["k"]), new("mean", ["v"]), new(["v"], "minmax"));

        // Without duplicates v is 2, missing, 10: the mean is 6, half way between.
        await AssertAsync("k,v\n1,2\n1,1000\n2,\n3,10\n2,-50\n", "ii", steps, "k,v\n1,0.0\n2,0.5\n3,1.0\n");
        Assert.Equal((3, 2, 1), (_table.Summary!.Rows, _table.Summary.Dropped, _table.Summary.Filled));
    }

    [Fact]
    public Task A_constant_fill_counts_among_the_numbers_that_are_scaled() =>
        AssertAsync("a,b\n1,1\n,2\n5,3\n", "ii", new(FillNulls: new("constant", ["a"], JsonElement.Parse("9")), Normalize: new(["a"])), "a,b\n0.0,1\n1.0,2\n0.5,3\n");

    [Fact]
    public Task Quotes_line_breaks_and_delimiters_of_untouched_cells_stay() =>
        AssertAsync(
            "\"first; name\";v;t\r\n\"a\r\nb\";\"2\";  x \r\n\"say \"\"é\"\"\";4;\"\"\r\n;3;\r\n",
            "sis",
            Scale("minmax", "v"),
            "\"first; name\";v;t\r\n\"a\r\nb\";0.0;  x \r\n\"say \"\"é\"\"\";1.0;\"\"\r\n;0.5;\r\n");

    [Fact]
    public Task Byte_order_mark_and_a_last_line_without_end_read_back_the_same() =>
        AssertAsync("\uFEFFa\tb\n1\tx\n3\ty", "is", Scale("minmax", "a"), "\uFEFFa\tb\n0.0\tx\n1.0\ty\n");

    [Theory]
    [InlineData("""[{"a":1,"b":"x, y","c":null},{"a":3,"b":"\"z\"","c":2},{"a":null,"b":"w","c":4}]""")]
    [InlineData("{\"a\":1,\"b\":\"x, y\"}\n{\"a\":3,\"b\":\"\\\"z\\\"\",\"c\":2}\n{\"b\":\"w\",\"c\":4}\n")]
    public async Task Json_becomes_CSV(string json)
    {
        using var table = new NormalizedTable { Format = AsyncStack.Core.Datasets.DatasetFormat.Json };
        var steps = new NormalizeParams(FillNulls: new("mean", ["c"]), Normalize: new(["a"]));

        Assert.Equal("a,b,c\n0.0,\"x, y\",3.0\n1.0,\"\"\"z\"\"\",2\n,w,4\n", await table.RunAsync(json, "isi", steps, null, Token));
    }

    [Theory]
    [InlineData("nosuch", "Column 'nosuch' not found in dataset; it has 'a', 'b'.")]
    [InlineData("b", "Column 'b' holds values of type string, but 'zscore' takes number columns; leave it out or clean it first.")]
    public async Task A_column_that_cannot_be_scaled_is_named(string column, string message)
    {
        var fault = await Assert.ThrowsAsync<DatasetJobException>(() => _table.RunAsync("a,b\n1,x\n", "is", Scale("zscore", column), null, Token));

        Assert.Equal(message, fault.Message);
        await _table.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_text_in_missing_cells_cannot_be_scaled()
    {
        var steps = new NormalizeParams(FillNulls: new("constant", ["a"], JsonElement.Parse("\"none\"")), Normalize: new(["a"]));
        var fault = await Assert.ThrowsAsync<DatasetJobException>(() => _table.RunAsync("a,b\n1,x\n,y\n", "is", steps, null, Token));

        Assert.Contains("'a' is filled with the text 'none'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_breaks_while_the_result_is_written_leaves_nothing()
    {
        var csv = "a,b\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},\n")) + "1,2,3\n";
        var fault = await Assert.ThrowsAsync<DatasetFormatException>(
            () => _table.RunAsync(csv, "ii", new(FillNulls: new("constant", ["b"], JsonElement.Parse("1"))), null, Token));

        Assert.Equal(20_002, fault.Line);
        await _table.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData(0.1, 0.4)]
    [InlineData(0.6, 0.9)]
    public async Task A_canceled_job_stops_in_either_pass_and_leaves_nothing(double at, double before)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var csv = "a,b\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i},{i % 7}\n"));
        var steps = new NormalizeParams(new(["b"]), new("median", ["a"]), new(["a"]));
        var last = 0.0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _table.RunAsync(csv, "ii", steps, StopAt, cancel.Token));

        Assert.InRange(last, at, before);
        await _table.AssertNothingLeftAsync();

        void StopAt(double progress)
        {
            last = progress;
            if (progress >= at)
            {
                cancel.Cancel();
            }
        }
    }

    [Fact]
    public async Task Progress_goes_from_0_to_1_and_never_back()
    {
        var seen = new List<double> { 0 };
        var csv = "a,b\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{i},{i % 7}\n"));
        await _table.RunAsync(csv, "ii", Scale("minmax", "a"), seen.Add, Token);

        Assert.Equal(seen.Order(), seen);
        Assert.Equal(1, seen[^1], 1e-9);
    }

    public void Dispose() => _table.Dispose();

    private static NormalizeParams Fill(string strategy, params string[] columns) => new(FillNulls: new(strategy, columns));

    private static NormalizeParams Scale(string method, params string[] columns) => new(Normalize: new(columns, method));

    private async Task AssertAsync(string csv, string types, NormalizeParams steps, string expected) =>
        Assert.Equal(expected, await _table.RunAsync(csv, types, steps, null, Token));
}
