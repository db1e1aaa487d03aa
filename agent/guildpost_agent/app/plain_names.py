"""People, vehicles and texts from outside in one line."""

from guildpost_agent.domain.records import Customer, Vehicle


def name_of(customer: Customer | None) -> str:
    """Name a customer, the company first; empty where nothing is known."""
    if customer is None:
        return ""
    return customer.company or " ".join(filter(None, (customer.title, customer.given_name, customer.family_name)))


def polite_name_of(customer: Customer) -> str:
    """Name whom to ask for: the company, then the person with form of address and title."""
    parts = (customer.salutation, customer.title, customer.given_name, customer.family_name)
    return ", ".join(filter(None, (customer.company, " ".join(filter(None, parts)))))


def car_of(vehicle: Vehicle | None) -> str:
    """Name a vehicle by make, model and plate; empty where nothing is known."""
    return "" if vehicle is None else " ".join(filter(None, (vehicle.make, vehicle.model, vehicle.plate)))


def in_one_line(text: str) -> str:
    """Leave out what would steer a terminal: the text comes from outside."""
    return "".join(one if one.isprintable() else " " for one in text)
