namespace AsyncStack.Bench.Datasets.Generating;

/// <summary>
/// One row in the shape of the California housing table: nine number columns, about 60 bytes, skewed counts with long
/// right tails, capped ages and prices, 1 % of bedrooms missing.
/// </summary>
internal static class HousingRow
{
    public const int MaxBytes = 128;
    private const double MissingBedrooms = 0.01;
    private const double Copies = 0.02;

    private static readonly Curve Longitude = new((0, -124.35), (0.05, -122.5), (0.25, -121.8), (0.5, -118.5), (0.75, -118), (0.95, -117.1), (1, -114.3));
    private static readonly Curve Latitude = new((0, 32.54), (0.05, 32.8), (0.25, 33.9), (0.5, 34.3), (0.75, 37.7), (0.95, 38.9), (1, 41.95));
    private static readonly Curve Age = new((0, 1), (0.05, 8), (0.25, 18), (0.5, 29), (0.75, 37), (0.93, 52), (1, 52));
    private static readonly Curve Rooms = new((0, 2), (0.01, 250), (0.05, 620), (0.25, 1450), (0.5, 2130), (0.75, 3150), (0.95, 6200), (0.99, 11200), (0.999, 25000), (1, 39400));
    private static readonly Curve BedroomsOfRooms = new((0, 0.1), (0.05, 0.15), (0.5, 0.2), (0.95, 0.31), (1, 0.9));
    private static readonly Curve HouseholdsOfBedrooms = new((0, 0.5), (0.05, 0.83), (0.5, 0.94), (0.95, 1.02), (1, 1.2));
    private static readonly Curve PeopleOfHouseholds = new((0, 1), (0.05, 1.9), (0.5, 2.8), (0.95, 4.3), (0.999, 9), (1, 30));
    private static readonly Curve Income = new((0, 0.5), (0.05, 1.6), (0.25, 2.56), (0.5, 3.53), (0.75, 4.74), (0.95, 7.3), (0.99, 10.6), (1, 15.1));
    private static readonly Curve Value = new((0, 15000), (0.05, 66000), (0.25, 120000), (0.5, 180000), (0.75, 265000), (0.95, 490000), (0.953, 500001), (1, 500001));

    public static ReadOnlySpan<byte> Header =>
        "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,median_house_value\n"u8;

    /// <summary>Writes row <paramref name="number"/>, which may be a copy of any earlier one, and says how many bytes it took.</summary>
    public static int Write(long number, Span<byte> target)
    {
        var draws = new Draws((ulong)number);
        if (draws.Unit() < Copies && number > 0)
            draws = After(new Draws(draws.Next() % (ulong)number));
        return Write(ref draws, target);
    }

    // A row's first draw says whether it is a copy; what is copied is the row's own values, whatever that draw said there.
    private static Draws After(Draws draws)
    {
        _ = draws.Next();
        return draws;
    }

    private static int Write(ref Draws draws, Span<byte> target)
    {
        var text = new CsvText(target);
        text.Fixed(Longitude.At(draws.Unit()), decimals: 2);
        text.Fixed(Latitude.At(draws.Unit()), decimals: 2);
        text.Whole(Age.At(draws.Unit()));
        var rooms = Math.Max(2, Rooms.At(draws.Unit()));
        var bedrooms = Math.Max(1, rooms * BedroomsOfRooms.At(draws.Unit()));
        var households = Math.Max(1, bedrooms * HouseholdsOfBedrooms.At(draws.Unit()));
        text.Whole(rooms);
        if (draws.Unit() < MissingBedrooms)
            text.Missing();
        else
            text.Whole(bedrooms);
        text.Whole(Math.Max(3, households * PeopleOfHouseholds.At(draws.Unit())));
        text.Whole(households);
        text.Fixed(Income.At(draws.Unit()), decimals: 4);
        // Prices come in hundreds, save for the cap.
        var value = Value.At(draws.Unit());
        text.Whole(value >= 500_001 ? 500_001 : Math.Floor(value / 100) * 100);
        return text.EndRow();
    }
}
