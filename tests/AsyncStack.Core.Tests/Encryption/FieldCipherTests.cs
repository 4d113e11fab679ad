using System.Security.Cryptography;
using AsyncStack.Core.Encryption;
using Microsoft.Extensions.Options;

namespace AsyncStack.Core.Tests.Encryption;

public sealed class FieldCipherTests
{
    private const string Row = "webhook_secrets/1/2";
    private const string Secret = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdA==";

    private static readonly string First = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string Second = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public void A_field_comes_back_and_is_never_stored_the_same_twice()
    {
        var cipher = Cipher("1", ("1", First));

        var stored = new[] { cipher.Encrypt(Secret, Row), cipher.Encrypt(Secret, Row) };

        Assert.All(stored, s => Assert.Matches("^enc:v1:1:[A-Za-z0-9_-]+$", s));
        Assert.NotEqual(stored[0], stored[1]);
        Assert.All(stored, s => Assert.Equal(Secret, cipher.Decrypt(s, Row)));
    }

    [Fact]
    public void Without_keys_a_field_stays_as_it_is_and_with_keys_a_plain_one_is_read()
    {
        Assert.Equal(Secret, Cipher(null).Encrypt(Secret, Row));
        Assert.Equal(Secret, Cipher("1", ("1", First)).Decrypt(Secret, Row));
    }

    [Fact]
    public void A_key_that_is_no_longer_current_still_decrypts()
    {
        var stored = Cipher("1", ("1", First)).Encrypt(Secret, Row);
        var rotated = Cipher("2", ("1", First), ("2", Second));

        Assert.Equal(Secret, rotated.Decrypt(stored, Row));
        Assert.StartsWith("enc:v1:2:", rotated.Encrypt(Secret, Row), StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_of_another_row_or_with_a_changed_bit_or_another_key_is_refused()
    {
        var cipher = Cipher("1", ("1", First));
        var stored = cipher.Encrypt(Secret, Row);
        var changed = stored[..^5] + (stored[^5] == 'A' ? 'B' : 'A') + stored[^4..];

        Assert.All(
            [() => cipher.Decrypt(stored, "webhook_secrets/1/3"), () => cipher.Decrypt(changed, Row), () => Cipher("1", ("1", Second)).Decrypt(stored, Row)],
            (Func<string> read) => Assert.Contains("Encryption:Keys:1", Assert.Throws<DecryptionException>(read).Message, StringComparison.Ordinal));
        Assert.Contains("Encryption:Keys:1", Assert.Throws<DecryptionException>(() => Cipher("2", ("2", Second)).Decrypt(stored, Row)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("enc:v1:")]
    [InlineData("enc:v1:1")]
    [InlineData("enc:v1:1:AAAA")]
    [InlineData("enc:v1:1:not base64 at all, and as long as it has to be")]
    [InlineData("enc:v1:1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:AAAA")]
    public void A_damaged_field_is_told_by_its_row(string stored) =>
        Assert.StartsWith(Row, Assert.Throws<DecryptionException>(() => Cipher("1", ("1", First)).Decrypt(stored, Row)).Message, StringComparison.Ordinal);

    // As password generators, Helm's among them, make keys: 43 letters and digits, without padding.
    [Fact]
    public void Letters_and_digits_of_the_right_length_are_a_key()
    {
        for (var i = 0; i < 100; i++)
        {
            var cipher = Cipher(null, ("1", RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 43)));
            Assert.Equal(Secret, cipher.Decrypt(cipher.Encrypt(Secret, Row), Row));
        }
    }

    [Theory]
    [InlineData("1", "1", "c2hvcnQ=", "Encryption:Keys:1")]
    [InlineData("1", "1", "?not-a-key?", "Encryption:Keys:1")]
    [InlineData("2", "1", null, "Encryption:CurrentKey is '2'")]
    [InlineData("a:b", "a:b", null, "'a:b'")]
    public void Wrong_settings_are_named_and_keys_are_not_shown(string current, string id, string? key, string named)
    {
        var result = new EncryptionOptionsValidator().Validate(null, Options(current, (id, key ?? First)));

        Assert.Contains(named, result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain(key ?? First, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_keys_one_has_to_be_named_current() =>
        Assert.Contains("1, 2", new EncryptionOptionsValidator().Validate(null, Options(null, ("1", First), ("2", Second))).FailureMessage, StringComparison.Ordinal);

    private static FieldCipher Cipher(string? current, params (string Id, string Key)[] keys)
    {
        var options = Options(current, keys);
        Assert.True(new EncryptionOptionsValidator().Validate(null, options).Succeeded);
        return new FieldCipher(new OptionsWrapper<EncryptionOptions>(options));
    }

    private static EncryptionOptions Options(string? current, params (string Id, string Key)[] keys)
    {
        var options = new EncryptionOptions { CurrentKey = current };
        foreach (var (id, key) in keys)
        {
            options.Keys.Add(id, key);
        }

        return options;
    }
}
