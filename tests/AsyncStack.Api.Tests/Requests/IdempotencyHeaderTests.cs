using AsyncStack.Api.Requests;

namespace AsyncStack.Api.Tests.Requests;

public sealed class IdempotencyHeaderTests
{
    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("  abc ", "abc")]
    [InlineData("\"abc\"", "abc")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    [InlineData("a b", "a b")]
    public void A_string_is_read_quoted_or_bare(string header, string key) => Assert.Equal(key, IdempotencyHeader.Parse(header));

    [Theory]
    [InlineData("\"")]
    [InlineData("\"abc")]
    [InlineData("\"abc\\\"")]
    [InlineData("\"abc\"x")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"é\"")]
    [InlineData("é")]
    [InlineData("a\tb")]
    [InlineData("\"a\u007f\"")]
    [InlineData("a\\b")]
    [InlineData("\"a\", \"b\"")]
    public void Anything_else_is_no_key(string header) => Assert.Null(IdempotencyHeader.Parse(header));
}
