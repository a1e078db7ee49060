using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public class DestinationAddressTests
{
    [Theory]
    [InlineData("http://one")]
    [InlineData("https://one:8443/base/")]
    [InlineData("http://[::1]:8080")]
    [InlineData("http://one/@team")]
    public void Address_is_good(string address)
    {
        DestinationAddress.Problem(address).ShouldBeNull();
    }

    [Theory]
    [InlineData(null, "needs an Address")]
    [InlineData("  ", "needs an Address")]
    [InlineData("one:8080", "did you mean 'http://one:8080'?")]
    [InlineData("10.0.0.1:8080", "did you mean 'http://10.0.0.1:8080'?")]
    [InlineData("one", "did you mean 'http://one'?")]
    [InlineData("ftp://one", "write it as http://host:8080")]
    [InlineData("http://", "is not an absolute http or https URL; write it")]
    [InlineData("http://one:99999", "is not an absolute http or https URL; write it")]
    [InlineData("http://user@one", "carries no user and password")]
    [InlineData("http://one/?a", "has a query or a fragment")]
    [InlineData("http://one/#a", "has a query or a fragment")]
    public void What_is_no_address_is_explained(string? address, string fragment)
    {
        DestinationAddress.Problem(address).ShouldNotBeNull().ShouldContain(fragment);
    }

    [Theory]
    [InlineData("http://One:8080/", "one-8080")]
    [InlineData("http://one", "one-80")]
    [InlineData("https://one", "one-443")]
    [InlineData("http://[2001:db8::1]:8080", "2001.db8..1-8080")]
    [InlineData("http://one/base/a:b/", "one-80/base/a.b")]
    public void Id_is_made_of_the_address_and_holds_no_colon(string address, string id)
    {
        DestinationAddress.IdOf(new Uri(address)).ShouldBe(id);
    }
}
